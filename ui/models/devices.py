"""What cameras and scanners tell of themselves, for whichever model the window has."""

from typing import TYPE_CHECKING, Any

from ui.models import scanner_words


class Devices:
    """A part of each model that has a state."""

    if TYPE_CHECKING:  # what the whole has; defined here it would hide the others' own

        def _show(self, **changes: Any) -> None: ...

    def set_camera(self, word: str) -> None:
        """Take how the camera is: "", "on" or "missing"."""
        self._show(camera=word)

    def set_scanner(self, word: str) -> None:
        """Take how the scanner on a serial line is: "", "on", "missing", "forbidden" or "busy"."""
        self._show(scanner=word)

    def end_training(self) -> None:
        """Nothing to end here."""

    def touched(self) -> None:
        """Know that somebody is there; here nobody minds."""

    def scanner_has(self, trouble: str) -> None:
        """Say that the scanner on a serial line sent something that is no code."""
        self._show(notice=scanner_words.trouble(trouble))
