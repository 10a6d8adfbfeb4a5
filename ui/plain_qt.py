"""Imported before anything else of ours that needs Qt: PySide6 without its look into every module.

PySide6 reads and keeps the source of each module that is imported after it, to see whether the module may switch
`snake_case` or `true_property` on (https://doc.qt.io/qtforpython-6/considerations.html, "Features"). We use neither,
and the sources would be a twentieth of the station's memory and a part of every start.
"""

from PySide6 import QtCore  # noqa: F401 it loads `support.feature`
from PySide6.support import feature  # type: ignore[attr-defined]  # not in its stubs


def _uses_features(_module: object) -> bool:
    return False


if hasattr(
    feature, "_mod_uses_pyside"
):  # private to PySide6: where it is called otherwise, nothing is gained or lost
    feature._mod_uses_pyside = _uses_features
