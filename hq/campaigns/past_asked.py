"""Rules that ask what members did before: scenarios know it, stations don't and refuse such an offer."""

from app.core.campaign import Campaign
from app.core.conditions import facts_of

PAST = ("history.", "event.", "order.nth")


def rules_that_ask_the_past(campaign: Campaign) -> list[str]:
    """Return the names of a campaign's rules that no station can answer by itself."""
    return [
        rule.name for rule in campaign.rules if any(fact.startswith(PAST) for fact in facts_of(rule.tree))
    ]
