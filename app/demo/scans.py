"""Real pictures for a sample of the scans: a code is drawn as a QR picture, and what is read from it is used."""

from collections.abc import Iterable, Sequence

SAMPLE_MEMBERS = 200
MODULE_PX = 4


class NotRead(Exception):
    """A picture that the scanner could not read, or read wrongly."""


class Pictures:
    """Draws and reads, and counts how often."""

    def __init__(self, sampled: Iterable[int], *, at_most: int | None = None) -> None:
        """`sampled` are the households whose card is scanned from a picture; `at_most` limits all pictures."""
        self._sampled = set(sampled)
        self._at_most = at_most
        self.read_count = 0

    def member(self, household: int, code: str) -> str:
        """Return the text of a member's scan: from a picture the first time for the sample, else as it is."""
        if household not in self._sampled:
            return code
        self._sampled.discard(household)
        return self.voucher(code)

    def voucher(self, text: str) -> str:
        """Return what the scanner reads from a picture of `text`, or `text` itself after the last picture."""
        if self.read_count == self._at_most:
            return text
        from scanner.draw import qr_png
        from scanner.picture import read_bytes

        symbols = read_bytes(qr_png(text, module_px=MODULE_PX))
        if [symbol.text for symbol in symbols] != [text]:
            raise NotRead(f"the picture of {text!r} was read as {symbols}")
        self.read_count += 1
        return symbols[0].text


def evenly_spaced(values: Sequence[int], count: int) -> list[int]:
    """Return `count` of the values at even distances, or all when there are fewer."""
    if len(values) <= count:
        return list(values)
    return [values[place * len(values) // count] for place in range(count)]
