"""HQ's word on an entry, and how the doubts it has are gathered."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.program import Program
from hq.journal.postings import Posting
from hq.journal.schemas import (
    CardChangeData,
    EnrolData,
    ModeChangeData,
    OrderData,
    RedemptionData,
    StaffChangeData,
)
from sync.protocol import Flag, Verdict

if TYPE_CHECKING:
    from hq.gift_cards.judging import CardMove
    from hq.journal.undoing import Undone


class SetAside(Exception):
    """The entry is kept but not posted."""

    def __init__(self, flag: Flag, detail: str) -> None:
        super().__init__(detail)
        self.flag = flag
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and what it puts into HQ's tables when the entry is posted."""

    verdict: Verdict
    flags: tuple[Flag, ...] = ()
    detail: str = ""
    postings: tuple[Posting, ...] = ()
    order: OrderData | None = None
    beside: int = 0  # of the order's total, what is no goods
    redemption: RedemptionData | None = None
    is_approved: bool = False
    is_id_taken: bool = False  # the entry's own id is another's, so it can't be stored under it
    enrolled: EnrolData | None = None  # who became a member by it
    staff_change: StaffChangeData | None = None  # what a manager changed about somebody
    trained: ModeChangeData | None = None  # who has completed their training by it
    undone: "Undone | None" = None  # what it undoes, and what comes back
    card_moves: "tuple[CardMove, ...]" = ()  # what it does to gift cards
    card_change: CardChangeData | None = None  # it puts money on one

    def with_undone(self, undone: "Undone") -> "Judgement":
        """Return the same word on an entry that undoes something."""
        return replace(self, undone=undone)

    def doubted(self, found: Iterable[tuple[Flag, str]]) -> "Judgement":
        """Return the same word with further flags, with a word on each."""
        flags, details = list(self.flags), [self.detail] if self.detail else []
        for flag, detail in found:
            flags += [flag] if flag not in flags else []
            details.append(detail)
        verdict = Verdict.FLAGGED if flags and self.verdict is Verdict.POSTED else self.verdict
        return replace(self, verdict=verdict, flags=tuple(flags), detail="; ".join(details))


class Doubts:
    """The flags of one entry as they are found, with a word on each for the person who looks at the case."""

    def __init__(self) -> None:
        self.found: dict[Flag, str] = {}

    def add(self, flag: Flag, detail: str) -> None:
        """Note a flag, with a word on it."""
        earlier = self.found.get(flag)
        self.found[flag] = detail if earlier is None else f"{earlier}; {detail}"

    def differs(self, names: list[str]) -> None:
        """Note that fields are not what they should be, if any aren't."""
        if names:
            self.add(Flag.REPLAY_DIFFERS, "differs: " + ", ".join(names))

    def leased(self, wrong: list[str]) -> None:
        """Note what is wrong with the leases that were used."""
        for detail in wrong:
            self.add(Flag.LEASE_EXCEEDED, detail)

    def elsewhere(self, recorded: str, store: str) -> None:
        """Note that an entry speaks of another store."""
        if recorded != store:
            self.differs([f"store {recorded}, but the station stands in {store}"])

    def stale(self, t_eff: int, program: Program) -> None:
        """Flag something given under a version that had expired.

        Earning goes on after that and needs nobody's look.
        """
        if t_eff >= program.expires_ms:
            self.add(Flag.RULE_STALE, f"version {program.version} had expired")

    def by_clock(self, t_eff: int) -> None:
        """Flag something that was not to be had when it was given, by HQ's reckoning."""
        self.add(Flag.CLOCK_SUSPECT, f"the station's clock was wrong: {t_eff} is not when this was decided")

    def in_spite(self, found: Iterable[tuple[Flag, str]]) -> None:
        """Flag what was given though it was stopped."""
        for flag, detail in found:
            self.add(flag, detail)

    def judgement(
        self,
        *,
        postings: tuple[Posting, ...] = (),
        order: OrderData | None = None,
        redemption: RedemptionData | None = None,
        is_approved: bool = False,
    ) -> Judgement:
        """Return the word that these doubts leave."""
        return Judgement(
            verdict=Verdict.FLAGGED if self.found else Verdict.POSTED,
            flags=tuple(self.found),
            detail="; ".join(self.found.values()),
            postings=postings,
            order=order,
            redemption=redemption,
            is_approved=is_approved,
        )
