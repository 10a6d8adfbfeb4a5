"""Draws every state to a picture, and has the checker look at it."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from ui import i18n, theme
from ui.findings import check
from ui.gallery.registry import states
from ui.gallery.still import StillModel
from ui.models.state import State
from ui.window import StationWindow

SIZES = ((1024, 768), (1366, 768))


def draw_all(
    out: Path,
    languages: tuple[str, ...] = ("en", "pseudo"),
    themes: tuple[str, ...] = ("light", "dark"),
    sizes: tuple[tuple[int, int], ...] = SIZES,
) -> list[dict[str, object]]:
    """Draw every state in every dress into `out`, with index.json and findings.json; return the findings."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(["tillside"])
    out.mkdir(parents=True, exist_ok=True)
    index: list[dict[str, object]] = []
    findings: list[dict[str, object]] = []
    try:
        for language, dress, size in product(languages, themes, sizes):
            i18n.use(language)
            theme.apply(app, dress)
            for entry, faults in _draw_dressed(app, out, size):
                picture = entry | {"language": language, "theme": dress, "size": f"{size[0]}x{size[1]}"}
                picture["file"] = _name_file(out, picture)
                index.append(picture)
                findings += [picture | fault for fault in faults]
    finally:
        i18n.use("en")
    _write(out / "index.json", index)
    _write(out / "findings.json", findings)
    return findings


def _draw_dressed(
    app: QApplication, out: Path, size: tuple[int, int]
) -> Iterator[tuple[dict[str, object], list[dict[str, object]]]]:
    """Draw every state in one window, as they would follow each other."""
    model = StillModel(State())
    window = StationWindow(model)
    window.resize(*size)
    window.show()
    for name, state in states().items():
        model.show(State())
        model.show(state)
        settle(app, window)
        image = window.grab().toImage()
        image.save(str(out / "drawn.png"))
        faults = [fault.record() for fault in check(window, image, size)]
        yield {"screen": state.screen.value, "state": name}, faults
    window.close()
    window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # else the next theme would dress it, too


def settle(app: QApplication, window: StationWindow) -> None:
    """Lay everything out, and stop what moves: a picture shows a state, not a moment."""
    window.answer.flash.stop()
    window.answer.time_left.stop()
    for _round in range(3):  # labels that wrap ask for their height in a second round
        app.sendPostedEvents()
        app.processEvents()


def _name_file(out: Path, picture: dict[str, object]) -> str:
    parts = ("screen", "state", "language", "theme", "size")
    name = "-".join(str(picture[part]) for part in parts) + ".png"
    (out / "drawn.png").replace(out / name)
    return name


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
