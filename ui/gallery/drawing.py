"""Draws every state in every dress, with index.json and findings.json."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, product
from multiprocessing import get_context
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from ui import i18n, theme
from ui.gallery import display, register
from ui.gallery.registry import states
from ui.gallery.stage import USUAL, Dress, Stage

Row = dict[str, object]
Drawn = tuple[list[Row], list[Row]]  # of the index, and findings

THEMES = ("light", "dark")
SIZES = ((1024, 768), (1366, 768))
LARGE = (1920, 1080)
SAID_OFF_SCREEN = "This plugin does not support propagateSizeHints"  # by Qt, of every window


def dresses(*, every: bool = False) -> list[Dress]:
    """Return what is drawn: English and the pseudo language, or `every` language and size; in larger text, too."""
    real = [language for language in i18n.LANGUAGES if language != i18n.PSEUDO] if every else ["en"]
    sizes = (*SIZES, LARGE) if every else SIZES
    larger = [text_size for text_size in theme.ZOOMS if text_size != USUAL]
    return [
        *(Dress(*worn) for worn in product((*real, i18n.PSEUDO), THEMES, sizes)),
        *(Dress(*worn) for worn in product(real, THEMES[:1], SIZES if every else SIZES[:1], larger)),
    ]


def draw_all(
    out: Path,
    worn: Sequence[Dress],
    *,
    processes: int = 1,
    told: Callable[[Dress, list[Row]], None] = lambda _dress, _found: None,
) -> list[Row]:
    """Draw every state in every dress into `out`; return the findings. Several `processes` take turns.

    What one dress came to is `told` and written down when it is done: all of them take the better part of an hour.
    """
    out.mkdir(parents=True, exist_ok=True)
    index: list[Row] = []
    findings: list[Row] = []
    for dress, (rows, found) in zip(worn, _drawn(partial(_draw_dressed, out), worn, processes), strict=True):
        index += rows
        findings += found
        _write(out / "index.json", index)
        _write(out / "findings.json", findings)
        told(dress, found)
    return findings


def _drawn(draw: Callable[[Dress], Drawn], worn: Sequence[Dress], processes: int) -> Iterator[Drawn]:
    if processes == 1:
        yield from map(draw, worn)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(draw, worn)


def _draw_dressed(out: Path, dress: Dress) -> Drawn:
    """Draw every state in one window, as they would follow each other; then those of the other two windows."""
    qInstallMessageHandler(_complain)
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(["tillside"])
    stage = Stage(app, dress)
    index: list[Row] = []
    findings: list[Row] = []
    windows = ((state.screen.value, name, partial(stage.show, state)) for name, state in states().items())
    displays = (
        ("display", name, partial(stage.show_display, shown)) for name, shown in display.states().items()
    )
    tills = (("till", name, partial(stage.show_till, shown)) for name, shown in register.states().items())
    for screen, name, show in chain(windows, displays, tills):
        image, faults = show()
        row: Row = {"screen": screen, "state": name} | dress.record()
        row["file"] = "-".join(str(part) for part in row.values()) + ".png"
        image.save(str(out / str(row["file"])))
        index.append(row)
        findings += [row | fault.record() for fault in faults]
    stage.close()
    return index, findings


def _complain(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    if SAID_OFF_SCREEN not in message:
        sys.stderr.write(f"{message}\n")


def _write(path: Path, rows: list[Row]) -> None:
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
