"""What the station without a window says of members, and of how it stands."""

from collections.abc import Callable
from typing import Any

from app.core.briefing import FALLBACK
from app.core.document import Place
from app.station.briefings import briefing_cards, note_read
from app.station.identify import SeenMember
from app.station.leasing import lease_figures
from app.station.staff import SignedIn
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


def briefings_answer(
    on_store: Callable[[Callable[[StationStore], Any]], Any],
    who: Callable[[], SignedIn | None],
    command: Place,
) -> Answer:
    """Return what head office tells of campaigns, in a language; `read` names those that were read by who is there."""
    asked = command.inner("briefings").only("language", "read")
    language = asked.name("language") if asked.has("language") else FALLBACK
    read, there = asked.texts("read") if asked.has("read") else [], who()
    staff = there.staff_id if there is not None else ""

    def look(store: StationStore) -> list[Answer]:
        cards = briefing_cards(store, language=language, staff=staff)
        note_read(store, [card for card in cards if card.campaign in read], staff=staff)
        return [card.record() for card in briefing_cards(store, language=language, staff=staff)]

    return {"answer": "briefings", "briefings": on_store(look)}


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
