"""A window with a half-filled field, which tells on stdout what it hears; the program of test_scan_keys.py."""

import json
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from ui.scan_input import ScanInput


def say(**what: str) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    app = QApplication(sys.argv)
    listener = ScanInput()
    app.installEventFilter(listener)
    behind = QWidget()
    behind.resize(800, 600)
    behind.show()
    dialog = QDialog(behind)
    dialog.setModal(True)
    field = QLineEdit("half ", dialog)
    field.returnPressed.connect(lambda: say(entered=field.text()))
    listener.scanned.connect(lambda scanned: say(scanned=scanned.text, aim=scanned.aim, field=field.text()))
    dialog.show()

    def look() -> None:
        if field.hasFocus() and dialog.isActiveWindow():
            field.deselect()
            waiting.stop()
            say(ready="yes")
        else:
            dialog.activateWindow()
            field.setFocus()

    waiting = QTimer(interval=20)
    waiting.timeout.connect(look)
    waiting.start()
    app.exec()


if __name__ == "__main__":
    main()
