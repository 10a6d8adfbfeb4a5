"""What a campaign's draft would have given on past orders, against what was really given."""

from typing import Any

from fastapi import Response

from app.whatif.replay import Take
from hq.campaigns import drafting
from hq.campaigns.pages.noun import pages
from hq.campaigns.whatif import DAYS, DAYS_MAX, ORDERS, ORDERS_MAX, Asked, what_if_campaign
from hq.console.routing import Page
from hq.console.texts import N_
from hq.faults import HqFault

GIVEN = (  # a figure's name, and whether it is an amount
    ("times", N_("Times"), False),
    ("orders", N_("Orders"), False),
    ("members", N_("Members"), False),
    ("discount", N_("Discounts"), True),
    ("points_spent", N_("Points spent"), False),
    ("credit", N_("To wallets"), True),
    ("gifts", N_("Gifts"), False),
)
TOTALS = (
    ("discount", N_("Discounts"), True),
    ("payable", N_("To pay"), True),
    ("points_issued", N_("Points earned"), False),
)


@pages.get("/{campaign_id}/whatif")
def show_whatif(ask: Page, campaign_id: str) -> Response:
    """Show the question, and the answer once it is asked: it reads some thousand orders."""
    row = drafting.find_campaign(ask.hq, campaign_id)
    asked = Asked(
        days=_within(ask.query.get("days"), DAYS, DAYS_MAX),
        orders=_within(ask.query.get("orders"), ORDERS, ORDERS_MAX),
        take=Take.CHOICE if ask.query.get("take") == "choice" else Take.SHOWN,
        ignores_dates=bool(ask.query.get("always")),
        language=ask.look.language,
    )
    values: dict[str, Any] = {"row": row, "asked": asked, "given": GIVEN, "totals": TOTALS, "found": None}
    if not ask.query.get("days"):
        return ask.page("campaigns/whatif.html", **values)
    try:
        found = what_if_campaign(ask.hq, campaign_id, asked)
    except HqFault as fault:
        return ask.again("campaigns/whatif.html", fault, **values)
    own = next((each for each in found.campaigns if each.campaign_id == campaign_id), None)
    return ask.page("campaigns/whatif.html", **{**values, "found": found, "own": own})


def _within(text: str | None, usual: int, most: int) -> int:
    """Return a number of an address within its bounds; what is none is the usual one."""
    is_number = bool(text) and text is not None and text.isascii() and text.isdecimal() and len(text) < 8
    return min(max(int(text), 1), most) if is_number and text is not None else usual
