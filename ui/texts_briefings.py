"""What stands around the cards that head office writes of campaigns: dates, languages, and how many are new."""

from app.core.briefing import BriefingCard
from ui.i18n import NAMES, _
from ui.texts import grouped

DAY_STARTS, DAY_ENDS = "T00:00:00", "T23:59:59"


def with_new(new: int) -> str:
    """Return what stands on the button that leads to them."""
    return _("What is on: {count} new").format(count=grouped(new)) if new else _("What is on")


def nothing() -> str:
    """Return what stands where there is none."""
    return _("Head office has nothing to tell now.")


def when(card: BriefingCard) -> str:
    """Return the dates of a campaign in full."""
    if not card.ends_at:
        return _("From {start} on").format(start=_start(card))
    return _("{start} to {end}").format(start=_start(card), end=_end(card))


def standing(card: BriefingCard) -> str:
    """Return the one date that matters now: when it ends, or when it begins."""
    if not card.is_running:
        return _("begins {start}").format(start=_start(card))
    return _("until {day}").format(day=_end(card)) if card.ends_at else _("no end")


def aloud(card: BriefingCard, *, is_new: bool) -> str:
    """Return what is read out of a row: all of its card."""
    said = f"{card.title}, {standing(card)}. {card.text}"
    return _("New: {card}").format(card=said) if is_new else said


def other_language(card: BriefingCard, spoken: str) -> str:
    """Return what is said where a text is in another language than is spoken; "" where it isn't."""
    if card.language == spoken:
        return ""
    return _("Head office has not written it in your language. This is {language}.").format(
        language=NAMES.get(card.language, card.language)
    )


def _start(card: BriefingCard) -> str:
    return _moment(card.starts_at, DAY_STARTS)


def _end(card: BriefingCard) -> str:
    return _moment(card.ends_at, DAY_ENDS)


def _moment(local: str, edge: str) -> str:
    """Write a local moment: the day alone where it is a whole one."""
    day = local.removesuffix(edge)
    return day if day != local else local.replace("T", " ")[:16]
