"""The till as a program: its window, until that is closed."""

import sys
from collections.abc import Sequence

from PySide6.QtWidgets import QApplication

from app.till.register import Register
from ui import (
    i18n,
    plain_qt,  # noqa: F401 before the rest: see there
    theme,
)
from ui.till.model import TillModel
from ui.till.state import GOODS_MAX, Good
from ui.till.window import TillWindow


def run_till(register: Register, goods: Sequence[Good], *, theme_name: str, language: str) -> int:
    """Open the window and wait until it is closed. Returns the exit status."""
    app = QApplication(sys.argv[:1])
    theme.apply(app, theme_name)
    i18n.use(language)
    model = TillModel(register, tuple(goods[:GOODS_MAX]), app)
    window = TillWindow(model)
    window.show()
    try:
        return app.exec()
    finally:
        model.close()
