"""The rows of a long list that are at hand: a few pages around the one that is looked at, whatever the list's length.

Of all other pages only the place where they begin is known, so that each can be read again.
"""

from dataclasses import dataclass, field

from app.review.rows import PAGE, Cursor, Found, ReviewRow

AROUND = 1  # pages kept on either side


@dataclass(slots=True)
class FoundRows:
    """Pages by their numbers, and where each page that can be reached begins."""

    count: int = 0
    pages: dict[int, tuple[ReviewRow, ...]] = field(default_factory=dict)
    begins: list[Cursor | None] = field(default_factory=lambda: [None])
    length: int | None = None  # in rows, once the last page was seen

    def take(self, page: int, found: Found) -> None:
        """Take a page that was read."""
        self.pages[page] = found.rows
        if found.next is None:
            self.length = page * PAGE + len(found.rows)
        elif page + 1 == len(self.begins):
            self.begins.append(found.next)

    @property
    def reached(self) -> int:
        """How many rows can be gone to: one page further than was read."""
        if self.length is not None:
            return self.length
        return min(self.count, len(self.begins) * PAGE)

    def missing(self, place: int) -> int | None:
        """Return the page to read for whoever looks at a row, the nearest first; None where all is at hand."""
        page = min(place // PAGE, len(self.begins) - 1)
        wanted = [page, *(each for near in range(1, AROUND + 1) for each in (page + near, page - near))]
        last = len(self.begins) - 1 if self.length is None else (self.length - 1) // PAGE
        return next((each for each in wanted if 0 <= each <= last and each not in self.pages), None)

    def let_go(self, place: int) -> None:
        """Forget the pages that are far from a row."""
        page = place // PAGE
        self.pages = {each: rows for each, rows in self.pages.items() if abs(each - page) <= AROUND}

    def window(self, place: int) -> tuple[int, tuple[ReviewRow, ...]]:
        """Return the rows at hand around a row, without a gap, and the place of the first of them."""
        first = last = min(place // PAGE, len(self.begins) - 1)
        if first not in self.pages:
            return first * PAGE, ()
        while first - 1 in self.pages:
            first -= 1
        while last + 1 in self.pages:
            last += 1
        return first * PAGE, tuple(row for page in range(first, last + 1) for row in self.pages[page])
