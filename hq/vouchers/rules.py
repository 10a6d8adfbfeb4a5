"""The rules that vouchers bring into play, by the names that people know."""

from app.core.campaign import Trigger
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.home import Hq


def rules_to_pick(hq: Hq) -> list[tuple[str, str]]:
    """Return the published rules that vouchers bring into play: id, and its campaign's and its own name."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
    pairs = [] if program is None else [p for p in program.rules if p.rule.trigger is Trigger.VOUCHER]
    return sorted(((p.rule.rule_id, _named(p.campaign.name, p.rule.name)) for p in pairs), key=lambda p: p[1])


def campaigns_to_pick(hq: Hq) -> list[tuple[str, str]]:
    """Return the published campaigns with such a rule: id and name."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
    pairs = [] if program is None else [p for p in program.rules if p.rule.trigger is Trigger.VOUCHER]
    return sorted({(p.campaign.campaign_id, p.campaign.name) for p in pairs}, key=lambda found: found[1])


def _named(campaign: str, rule: str) -> str:
    return rule if rule == campaign else f"{campaign}: {rule}"
