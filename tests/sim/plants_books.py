"""Bugs to plant into HQ's books of vouchers, and into its words on entries, at both ends."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from app.store.journal import Journal
from hq.authority import claims, settling
from hq.journal import intake
from hq.journal.judgement import Doubts
from sync.protocol import Flag


def uses_twice() -> AbstractContextManager[Any]:
    """A use is counted when it is judged, and when it is posted."""
    right = intake.add_uses

    def add_uses(connection: Any, counted: dict[str, int]) -> None:
        right(connection, {code: 2 * uses for code, uses in counted.items()})

    return patch.object(intake, "add_uses", add_uses)


def uses_never() -> AbstractContextManager[Any]:
    """The entry says that the voucher was used; nobody need count it."""
    return patch.object(intake, "add_uses", lambda *_: None)


def flags_everything() -> AbstractContextManager[Any]:
    """Better a case too many than one too few."""
    right = Doubts.judgement

    def judgement(self: Any, **named: Any) -> Any:
        self.add(Flag.REPLAY_DIFFERS, "to be looked at")
        return right(self, **named)

    return patch.object(Doubts, "judgement", judgement)


def flags_nothing() -> AbstractContextManager[Any]:
    """It is posted in any case; nobody reads flags."""
    return patch.object(settling, "doubt_of", lambda _: settling.Doubt((), ""))


def flags_the_first() -> AbstractContextManager[Any]:
    """Whoever used a voucher first has used it too often."""
    return patch.object(claims, "LATEST", tuple(each.element for each in claims.LATEST))


def keeps_the_first_word() -> AbstractContextManager[Any]:
    """HQ has said what it makes of an entry; a restored one that gets it again says the same."""
    right = Journal.append_verdicts

    def append_verdicts(self: Journal, words: Any) -> None:
        known = {seq for (seq,) in self._db.conn.execute("SELECT seq FROM verdict")}
        right(self, [word for word in words if word.seq not in known])

    return patch.object(Journal, "append_verdicts", append_verdicts)


PLANTS = (
    ("I5", uses_twice),
    ("I5", uses_never),
    ("I9", flags_everything),
    ("I9", flags_nothing),
    ("I9", flags_the_first),
    ("I9", keeps_the_first_word),
)
