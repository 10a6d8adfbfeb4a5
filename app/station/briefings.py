"""What a cashier is told of campaigns: a card for each that says something and runs in this store, or will within days.

It is read from the published program, so it is there while the line is cut, and goes when head office stops the
campaign. Nothing of it is recorded but who has read which, and that stays here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.core.briefing import Briefing, BriefingCard, in_language
from app.core.campaign import Campaign
from app.core.canonical import canonical, digest
from app.core.life import refused_by_life
from app.core.order import local_time
from app.core.stops import CAMPAIGN, PROGRAM, RULE
from app.core.where import is_of_store
from app.store.store import StationStore

SOON_DAYS = 7  # so long beforehand a cashier hears of a campaign
HASH_LETTERS = 16  # against a text that was changed, not against anybody


def briefing_cards(store: StationStore, *, language: str, staff: str = "") -> tuple[BriefingCard, ...]:
    """Return what there is to tell: campaigns that run, the newest first, then those that begin, the next one first.

    `staff` is who reads, "" where nobody signed in.
    """
    told = _told(store)
    if not told:
        return ()
    now, seen = _written(_local(store)), store.journal.briefings_seen.of(staff)
    cards = [
        _card(each, now, language, is_new=seen.get(each.campaign_id) != _hash(each.briefing)) for each in told
    ]
    cards.sort(key=lambda card: (card.starts_at, card.campaign))
    running = [card for card in reversed(cards) if card.is_running]
    return *running, *(card for card in cards if not card.is_running)


def note_read(store: StationStore, cards: Iterable[BriefingCard], *, staff: str = "") -> None:
    """Keep that somebody has read these cards, of those that say the same by now. Raises a `StoreFault`."""
    read = {card.told for card in cards}
    found = {
        each.campaign_id: _hash(each.briefing)
        for each in _told(store)
        if any((each.campaign_id, text) in read for text in each.briefing.values())
    }
    program = store.replica.program()
    if program is not None and found:
        with store.atomic():
            store.journal.briefings_seen.keep(staff, found)
            store.journal.briefings_seen.forget_but({each.campaign_id for each in program.campaigns})


def _told(store: StationStore) -> list[Campaign]:
    """Return the campaigns that there is something to tell of here and now."""
    program, here, local = store.replica.program(), store.device.store_id, _local(store)
    if program is None or store.now_ms() >= program.expires_ms:
        return []
    if refused_by_life(program.life, store=here, day=local.date()):
        return []
    stopped = store.stops.newest.of_order(program.version, member=None, codes=())
    now, soon = _written(local), _written(local + timedelta(days=SOON_DAYS))
    return [
        each
        for each in program.campaigns
        if each.briefing
        and now <= each.ends_at
        and each.starts_at <= soon
        and not _is_stopped(each, stopped)
        and is_of_store(each, here)
    ]


def _is_stopped(campaign: Campaign, stopped: frozenset[str]) -> bool:
    if not stopped.isdisjoint({PROGRAM, CAMPAIGN + campaign.campaign_id}):
        return True
    return all(RULE + rule.rule_id in stopped for rule in campaign.rules)


def _card(campaign: Campaign, now: str, language: str, *, is_new: bool) -> BriefingCard:
    shown, text = in_language(campaign.briefing, language)
    return BriefingCard(
        campaign.campaign_id,
        campaign.name,
        campaign.starts_at,
        campaign.ends_at if campaign.is_dated else "",
        shown,
        text,
        is_running=campaign.starts_at <= now,
        is_new=is_new,
    )


def _local(store: StationStore) -> datetime:
    return local_time(store.now_ms(), store.device.time_zone)


def _written(local: datetime) -> str:
    """Write a local moment as campaigns have theirs."""
    return local.replace(tzinfo=None).isoformat(timespec="seconds")


def _hash(briefing: Briefing) -> str:
    return digest(canonical(dict(briefing)))[:HASH_LETTERS]
