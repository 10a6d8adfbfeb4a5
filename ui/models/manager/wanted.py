"""What is looked for among the redemptions, as it is chosen and kept: days that go along with the calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.core.entry import RETURN, VOID
from app.review.rows import NOT_POSSIBLE, REDEEMED, Filter, Standing

TEXT_MAX = 60


class When(StrEnum):
    """Which days."""

    ALL = "all"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"  # today and the six days before
    MONTH = "month"  # today and the 29 days before
    DAYS = "days"  # from one that was typed to another


class Kinds(StrEnum):
    """Which actions."""

    GIVEN = "given"
    REFUSED = "refused"
    UNDONE = "undone"
    ALL = "all"


OF_KINDS = {
    Kinds.GIVEN: (REDEEMED,),
    Kinds.REFUSED: (NOT_POSSIBLE,),
    Kinds.UNDONE: (VOID, RETURN),
    Kinds.ALL: (),
}
BACK = {When.TODAY: (0, 0), When.YESTERDAY: (1, 1), When.WEEK: (6, 0), When.MONTH: (29, 0)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Days, people, offers and so on; "" or None is any. Amounts are minor units of the whole order."""

    kinds: Kinds = Kinds.GIVEN
    when: When = When.ALL
    since: date | None = None
    until: date | None = None
    staff: str = ""
    offer: str = ""
    standing: Standing | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    text: str = ""

    def filter(self, today: date) -> Filter:
        """Return what it means today."""
        since, until = self.since, self.until
        if self.when is not When.DAYS:
            back = BACK.get(self.when)
            since = None if back is None else today - timedelta(days=back[0])
            until = None if back is None else today - timedelta(days=back[1])
        return Filter(
            since=since,
            until=until,
            staff=self.staff,
            offer=self.offer,
            standing=self.standing,
            kinds=OF_KINDS[self.kinds],
            amount_min=self.amount_min,
            amount_max=self.amount_max,
            text=self.text,
        )

    def record(self) -> dict[str, Any]:
        """Return the form in which it is kept: what is not as usual."""
        found = {
            "kinds": self.kinds.value,
            "when": self.when.value,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "staff": self.staff,
            "offer": self.offer,
            "standing": self.standing.value if self.standing else None,
            "amount_min": self.amount_min,
            "amount_max": self.amount_max,
            "text": self.text,
        }
        return {name: value for name, value in found.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class ShowOne:
    """One order, whose why another section wants to be seen; `seq` is the entry that it is about."""

    order_id: str
    seq: int


def read_wanted(kept: Mapping[str, Any]) -> Wanted:
    """Read what was kept. Raises `ValueError` or `TypeError` for what nobody can have kept."""
    found: dict[str, Any] = {
        **{name: date.fromisoformat(kept[name]) for name in ("since", "until") if name in kept},
        **{name: int(kept[name]) for name in ("amount_min", "amount_max") if name in kept},
        **{name: str(kept[name])[:TEXT_MAX] for name in ("staff", "offer", "text") if name in kept},
    }
    if "standing" in kept:
        found["standing"] = Standing(kept["standing"])
    return Wanted(Kinds(kept.get("kinds", Kinds.GIVEN)), When(kept.get("when", When.ALL)), **found)
