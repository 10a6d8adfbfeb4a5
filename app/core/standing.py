"""How a station stands: whether it may redeem, and what people are told.

What lasts is kept in the journal's file (`StationStore.standing`); a doubtful clock, expired rules, old facts and a
disk that fills up are found anew each time. A standing that forbids spending becomes a word in `Facts.stopped`, which
the order's record holds: HQ decides again by the same words. Earning goes on, and so do campaigns that apply by
themselves and need no right.
"""

from collections.abc import Collection
from enum import StrEnum

from app.core.reasons import Reason, Refusal

SPENDING, TIMED = "spending", "timed"  # words in `Facts.stopped`
ROOM = "room"  # and that little room is left for records
SIGN_IN, OWN = "sign_in", "own"  # and who is at the till: nobody who signed in, or the member themselves
REPLAYED = "replayed"  # and the code that the member showed: it has been redeemed with before
AGAINST_SPENDING = {
    SPENDING: Reason.SPENDING_STOPPED,
    ROOM: Reason.DISK_LOW,
    SIGN_IN: Reason.SIGN_IN_NEEDED,
    OWN: Reason.OWN_ACCOUNT,
    REPLAYED: Reason.CODE_REPLAYED,
}


def refused_right(stopped: Collection[str]) -> Refusal | None:
    """Return why nothing is given that needs a right, be it by itself: this station only earns, by `Facts.stopped`."""
    return next((Refusal(AGAINST_SPENDING[word]) for word in (SPENDING, ROOM) if word in stopped), None)


def refused_spending(stopped: Collection[str]) -> list[Refusal]:
    """Return why nothing may be redeemed here and now, by words of `Facts.stopped`."""
    return [Refusal(reason) for word, reason in AGAINST_SPENDING.items() if word in stopped]


class Standing(StrEnum):
    """From good to grave. Each: does it forbid spending, the sentence for people."""

    GOOD = "good"
    FACTS_OLD = "facts_old"  # found by the replica's age: what needs a right waits, points are earned
    RULES_EXPIRED = "rules_expired"  # found by the program: nothing is given, points are earned
    TIME_DOUBTFUL = "time_doubtful"  # found by the clock; until HQ has told the time
    HQ_DOUBTED = "hq_doubted"  # HQ acknowledged what isn't ours; until it answers rightly
    DISK_LOW = "disk_low"  # found by the room that is left: nothing is redeemed, points are earned
    NOT_CONFIRMED = "not_confirmed"  # until a person at HQ has confirmed this device
    UNKNOWN_AT_HQ = "unknown_at_hq"  # HQ was moved or lost its database; until it knows us again
    CHAIN_BROKEN = "chain_broken"  # HQ can't follow our journal; until this station is enrolled anew
    ROLLED_BACK = "rolled_back"  # an older copy of the records; until it is enrolled anew
    FORKED = "forked"  # HQ holds another history of this device; until it is enrolled anew
    REVOKED = "revoked"  # shut out or replaced at HQ; until it is enrolled anew

    def outweighs(self, other: "Standing") -> bool:
        """Tell whether this is graver than another."""
        return PLACES[self] > PLACES[other]

    @property
    def forbids_spending(self) -> bool:
        """Whether points, vouchers, gift cards and picked offers are refused."""
        return self.outweighs(Standing.HQ_DOUBTED)

    @property
    def sentence(self) -> str:
        """What people are told; empty when all is well."""
        return SENTENCES[self]


PLACES = {standing: place for place, standing in enumerate(Standing)}
SENTENCES = {
    Standing.GOOD: "",
    Standing.FACTS_OLD: "This station has not heard from head office for too long. Points are still earned.",
    Standing.RULES_EXPIRED: "The rules on this station are too old. Points are still earned.",
    Standing.TIME_DOUBTFUL: "This station's clock is in doubt. Offers bound to time wait for head office.",
    Standing.HQ_DOUBTED: "Head office acknowledged what this station never sent. Nothing was lost; call support.",
    Standing.DISK_LOW: "Little room is left on this station's disk. Points are still earned. Free some space.",
    Standing.NOT_CONFIRMED: "Head office has not confirmed this station yet. Nothing can be redeemed until then.",
    Standing.UNKNOWN_AT_HQ: "Head office does not know this station. Nothing can be redeemed until it does.",
    Standing.CHAIN_BROKEN: "Head office can't follow this station's records. It must be set up again.",
    Standing.ROLLED_BACK: "This station runs on an older copy of its records. It must be set up again.",
    Standing.FORKED: "This station was copied or restored from a backup. It must be set up again.",
    Standing.REVOKED: "Head office has shut this station out or replaced it. It must be set up again.",
}


def read_standing(kept: object) -> Standing:
    """Return a standing from what was kept of it; one that this version doesn't know is taken for the gravest."""
    if kept is None:
        return Standing.GOOD
    try:
        return Standing(str(kept))
    except ValueError:
        return Standing.REVOKED
