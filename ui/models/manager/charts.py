"""Brings what draws charts: it takes longer to import than the window to appear, so that is done on another thread."""

import sys
from importlib import import_module

CHARTS = "ui.manager.chart"


def are_there() -> bool:
    """Whether charts can be drawn at once."""
    return CHARTS in sys.modules


def bring() -> None:
    """Import what draws them."""
    import_module(CHARTS)
