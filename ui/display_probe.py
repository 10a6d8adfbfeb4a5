"""A program that opens Qt's display and tells about it on stdout, for `tillside doctor`.

It is a process of its own because Qt ends the process where there is no display or a library of it is missing.
"""

import json
import sys

from PySide6.QtGui import QFontDatabase, QGuiApplication

SCRIPTS = {
    "latin": QFontDatabase.WritingSystem.Latin,
    "cyrillic": QFontDatabase.WritingSystem.Cyrillic,
    "korean": QFontDatabase.WritingSystem.Korean,
}


def main() -> None:
    """Tell the platform and the scripts that some font can write."""
    app = QGuiApplication(sys.argv)
    scripts = [name for name, system in SCRIPTS.items() if QFontDatabase.families(system)]
    sys.stdout.write(json.dumps({"platform": app.platformName(), "scripts": scripts}))


if __name__ == "__main__":
    main()
