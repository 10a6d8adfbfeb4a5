"""What the station without a window says of members, and of how it stands."""

from typing import Any

from app.station.identify import SeenMember
from app.station.leasing import lease_figures
from app.station.standing import standing
from app.store.store import StationStore

Answer = dict[str, Any]


def member_answer(seen: SeenMember) -> Answer:
    """Return who somebody is."""
    member = seen.member
    return {
        "answer": "member",
        "ref": member.ref,
        "name": seen.name,
        "known": member.is_known,
        "level": seen.level,
        "tier": member.tier,
        "balance": member.balance,
        "pending": seen.pending,
        "as_of_ms": member.as_of_ms,
    }


def counts(store: StationStore) -> Answer:
    """Return how much there is of everything, and how old it is."""
    position = store.replica.position()
    return {
        "head": store.journal.head().seq,
        "acked": store.acked_seq(),
        "waiting": store.waiting_count(),
        "boxes": store.enrolments.count(),  # of new members, that head office has not said to have
        "verdicts": store.journal.verdict_counts(),
        "program_version": store.replica.document_version("program"),
        "keyset_version": store.replica.document_version("keyset"),
        "as_of_ms": None if position is None else position.as_of_ms,
        "age_s": None if position is None else max(store.now_ms() - position.as_of_ms, 0) // 1000,
        **lease_figures(store),
        **_standing(store),
    }


def _standing(store: StationStore) -> Answer:
    found = standing(store)
    told = {"standing": found.value, "may_redeem": not found.forbids_spending}
    return told | ({"sentence": found.sentence} if found.sentence else {})
