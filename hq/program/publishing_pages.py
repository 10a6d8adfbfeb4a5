"""What pages of the program's parts share: keeping a part's draft, and publishing drafts of parts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hq.builder.context import same_version
from hq.campaigns import parts
from hq.campaigns.parts import PartsCheck, ProgramPart
from hq.console.routing import PageAsk
from hq.console.texts import N_
from hq.faults import HqFault

TITLES = {
    "basics": N_("Name, currency, time zone, when it expires"),
    "earning": N_("Earning rules"),
    "product_sets": N_("Product sets"),
    "calendars": N_("Calendars"),
    "segments": N_("Segments that stations work out"),
    "tiers": N_("Tiers"),
    "expiry": N_("When points expire"),
    "policy": N_("Stacking and rounding"),
    "order_of_application": N_("The order in which rules apply"),
    "life": N_("The program's life"),
    "joining": N_("Who may join"),
    "consents": N_("Consents"),
    "authority": N_("What stations may give alone"),
    "reversals": N_("Undoing orders"),
    "gift_cards": N_("Gift cards"),
    "punch_cards": N_("Punch cards"),
    "badges": N_("Badges"),
    "milestones": N_("Milestones"),
    "challenges": N_("Challenges"),
    "referrals": N_("Referrals"),
    "experiments": N_("Experiments"),
}


def keep_part(ask: PageAsk, part: str, body: Any) -> ProgramPart:
    """Keep what a part is to become, unless somebody else changed it since the form was made."""
    match = same_version(ask.text("version"))
    return parts.put_part(ask.hq, ask.actor, part, body, match=match)


def check_of(ask: PageAsk, names: Sequence[str]) -> PartsCheck | None:
    """Return what stands in the way of publishing the drafts of parts, these by their titles; None where none was."""
    drafted = [part.part for part in parts.list_parts(ask.hq) if part.has_changes and part.part in names]
    if not drafted:
        return None
    try:
        found = parts.check_parts(ask.hq, drafted, language=ask.look.language)
    except HqFault as fault:
        found = PartsCheck(tuple(drafted), str(fault), (), ())
    return replace(found, parts=tuple(ask.said(TITLES.get(part, part)) for part in drafted))


def publish_drafts(ask: PageAsk, names: Sequence[str]) -> None:
    """Publish the drafts of those of some parts that have one."""
    drafted = [part.part for part in parts.list_parts(ask.hq) if part.has_changes and part.part in names]
    parts.publish_parts(ask.hq, ask.actor, drafted, note=ask.text("note"), is_meant=bool(ask.text("meant")))
