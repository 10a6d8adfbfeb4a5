"""A receipt as plain lines, for whoever prints it by other means: the shop's till, on the receipt of its own."""

from collections.abc import Iterator

from app.station.receipt import Receipt
from ui.receipt.rows import Band, Line, Pair, Style
from ui.receipt.words import rows_of

STYLES = {Style.PLAIN: "plain", Style.SMALL: "small", Style.STRONG: "strong"}


def plain_rows(receipt: Receipt, language: str) -> Iterator[tuple[str, str, str]]:
    """Yield text, figure at the right, and style ("plain", "strong", "large" or "small") of each line."""
    for row in rows_of(receipt, language):
        match row:
            case Line(text, style):
                yield text, "", STYLES.get(style, "large")
            case Pair(left, right, style):
                yield left, right, STYLES.get(style, "large")
            case Band(text, more):
                yield text, "", "large"
                if more:
                    yield more, "", "plain"
            case _:  # lines across, pictures and codes: the till has its own
                pass
