"""What the till's API is made of at a station, with a window or without one: only where it is on."""

from typing import TYPE_CHECKING

from app.config import Config
from app.terminal import say

if TYPE_CHECKING:
    from app.store.thread import StoreThread
    from app.till_api.desk import TillDesk
    from app.till_api.server import TillApi


def open_till_api(config: Config, thread: "StoreThread", desk: "TillDesk") -> "TillApi":
    """Return the API, listening but not answering yet. Raises `NotListening`. Takes a while: it imports much."""
    from app.till_api.server import TillApi
    from ui.receipt.plain import plain_rows

    language = config.receipt_language or config.language
    assert config.till_port is not None, "it is on"
    return TillApi(
        thread,
        desk,
        port=config.till_port,
        folder=config.state_dir,
        register=config.register,
        receipt_text=lambda receipt: plain_rows(receipt, language),
    )


def start_till_api(api: "TillApi") -> None:
    """Let it answer, and say where it is and where its token lies."""
    api.start()
    say(f"The till's API: {api.url}. Its token is in {api.token_path}.")
