"""Whether an entry gave what head office had stopped, and whether its station could know.

Each order says which version of the list its station went by. Who had heard of a stop and gave all the same did wrong;
who had not did as they could, and only somebody should know what it came to. Stops that are over count as long as they
lasted: entries may come weeks late.
"""

from collections.abc import Iterator

from app.core.entry import Entry
from app.core.stops import CAMPAIGN, CODE, MEMBER, PROGRAM, RULE
from hq.journal.schemas import OrderData, RedemptionData
from hq.stops.store import Lists
from sync.protocol import Flag


def order_in_spite(order: OrderData, lists: Lists, *, at_ms: int) -> Iterator[tuple[Flag, str]]:
    """Yield what an order gave by itself in spite of a stop, each with a word on it. `at_ms`: when it was made."""
    if not order.campaigns and order.points <= 0:
        return
    words = [PROGRAM] + ([] if order.member is None else [MEMBER + order.member.ref])
    for applied in order.campaigns:
        words += [CAMPAIGN + applied.campaign, RULE + applied.rule]
    yield from _in_spite(words, lists, at_ms, order.program_version, order.stops_version)


def redemption_in_spite(
    redemption: RedemptionData, order: Entry | None, lists: Lists, *, at_ms: int
) -> Iterator[tuple[Flag, str]]:
    """Yield what an approved redemption gave in spite of a stop. Its order says which list the station went by."""
    words = [PROGRAM, CAMPAIGN + redemption.campaign, RULE + redemption.rule]
    words += [] if redemption.member is None else [MEMBER + redemption.member]
    words += [CODE + redemption.code_hash] if redemption.code_hash else []
    heard = 0 if order is None else order.data.get("stops_version", 0)
    yield from _in_spite(words, lists, at_ms, redemption.program_version, heard if type(heard) is int else 0)


def _in_spite(
    words: list[str], lists: Lists, at_ms: int, program_version: int, heard: int
) -> Iterator[tuple[Flag, str]]:
    heard = heard if heard in lists.versions else 0  # else of one that HQ has lost: it may have said anything
    for what in dict.fromkeys(words):
        for period in lists.periods.get(what, ()):
            if period.was_known_by(heard, program_version):
                yield (
                    Flag.KILLED_BEFORE,
                    f"{what} was stopped, and the station had heard of it by list {heard}",
                )
            elif heard < period.version and period.was_on(at_ms, program_version):
                yield (
                    Flag.LATE,
                    f"{what} was stopped since {period.since_ms}; the station had not heard of it",
                )
