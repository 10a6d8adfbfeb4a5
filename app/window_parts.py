"""What several parts of the window's station are made of: settings turned into values, and work on another thread."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.config import Config
from app.core.brand import Brand
from scanner.habits import Ending, Habits
from ui.beside_window import Along

if TYPE_CHECKING:
    from ui.models.receipts import Printing

Failed = Callable[[BaseException], None]
# Runs work on a thread of its own, and comes home with what came of it.
Beside = Callable[[Callable[[], Any], Callable[[Any], None], Failed], None]


def habits_of(config: Config) -> Habits:
    """Return how the hand scanner writes, by the settings."""
    return Habits(
        layout="host" if config.scanner_layout == "host" else "us",
        prefix=config.scanner_prefix,
        suffix=config.scanner_suffix,
        ending=Ending(config.scanner_end),
    )


def along_of(config: Config, keep_brand: Callable[[Brand], None]) -> Along:
    """Return what goes along with the window, by the settings."""
    return Along(config.display, config.language, config.sound, keep_brand)


def printing_of(config: Config) -> "Printing":
    """Return how receipts are made, by the settings."""
    from ui.models.receipts import Printing, When

    return Printing(
        printer=config.printer,
        paper=config.receipt_paper,
        language=config.receipt_language or config.language,  # the store's, whichever the cashier has chosen
        folder=Path(config.receipt_dir) if config.receipt_dir else None,
        when=When(config.receipts),
    )


def read_picture(data: bytes) -> str | None:
    """Return the text of the code that is meant in a picture, None when there is none. Raises `PictureUnclear`."""
    from scanner.picture import PictureUnreadable, read_bytes
    from ui.models.picture import meant

    try:
        texts = {symbol.text for symbol in read_bytes(data)}
    except PictureUnreadable:
        return None
    return meant(texts)
