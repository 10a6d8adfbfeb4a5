"""Key presses as scanners and people make them, on a US keyboard."""

from collections.abc import Iterator

from scanner.keys import BRACKET, US_PLAIN, US_SHIFTED
from scanner.wedge import End, Fate, Key, Scan, Wedge

ENTER, TAB, BACKSPACE, F4, ESC = 28, 15, 14, 62, 1
PLACE = {char: (code, False) for code, char in US_PLAIN.items()} | {
    char: (code, True) for code, char in US_SHIFTED.items() if char != " "
}
EVERY_CHARACTER = "".join(sorted(PLACE))
ENDS = {"": None, "\r": ENTER, "\t": TAB}


def presses(
    text: str, *, gap_ms: int = 5, start_ms: int = 1_000, end: str = "\r", host: str = ""
) -> Iterator[Key]:
    """A scanner's presses; `host` is what a foreign layout makes of the text, the same text where it is empty."""
    at_ms = start_ms
    for char, seen in zip(text, host or text, strict=True):
        if char == "\x1d":
            yield Key(BRACKET, at_ms, text="\x1d", ctrl=True)
        else:
            code, is_shifted = PLACE[char]
            yield Key(code, at_ms, text=seen, shift=is_shifted)
        at_ms += gap_ms
    code = ENDS[end]
    if code is not None:
        yield Key(code, at_ms, text=end)


class Desk:
    """What becomes of keys: given to the application, or read as scans. As ui.scan_input does it."""

    def __init__(self, wedge: Wedge | None = None) -> None:
        self.wedge = wedge or Wedge()
        self.given: list[Key] = []
        self.scans: list[Scan] = []
        self._held: list[Key] = []

    def feed(self, *keys: Key) -> "Desk":
        for key in keys:
            self._settle(self.wedge.end_before(key))
            if self.wedge.takes(key):
                self._held.append(key)
                self._settle(self.wedge.press(key))
            else:
                self.wedge.pass_by(key)
                self.given.append(key)
        return self

    def rest(self) -> "Desk":
        """The pause after the last key."""
        self._settle(self.wedge.pause())
        assert not self._held, "nothing stays held after a pause"
        return self

    def _settle(self, end: End | None) -> None:
        match end:
            case None:
                return
            case Scan():
                self.scans.append(end)
            case Fate.TYPED:
                self.given += self._held
        self._held.clear()

    @property
    def typed(self) -> str:
        return "".join(key.text for key in self.given)
