"""Where the rows behind a number of a report are seen: a list with the same period and the same filters."""

from urllib.parse import urlencode

from hq.reports.figures import By
from hq.reports.kinds import Column
from hq.reports.service import Made, Row

LISTS = {"orders": "/console/orders", "redemptions": "/console/redemptions", "returns": "/console/returns"}
BY_WORD = {
    ("orders", "with"): {"discount": "with"},
    ("redemptions", "redeemed"): {"outcome": "redeemed"},
    ("redemptions", "refused"): {"outcome": "refused"},
}


def place_of(made: Made, column: Column, row: Row) -> str:
    """Return the address of the rows behind one number, or "" where no list has them by themselves."""
    wanted, name = made.wanted, column.rows
    if not name or wanted.segment or (made.by is By.SEGMENT and row.key):
        return ""
    if name == "members":
        return "/console/members"
    campaign = row.key if made.by is By.CAMPAIGN and row.key else wanted.campaign
    store = row.key if made.by is By.STORE and row.key else wanted.store
    period = {
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        **({"store": store} if store else {}),
    }
    kind, _, word = name.partition(":")
    if kind == "ledger":
        account = f"campaign:{campaign}" if campaign else word
        return (
            f"/console/ledger/postings?{urlencode({'account': account, **period})}"
            if word
            else "/console/ledger"
        )
    if campaign and kind != "redemptions":
        return ""
    said = {**period, **({"campaign": campaign} if campaign else {}), **BY_WORD.get((kind, word), {})}
    return f"{LISTS[kind]}?{urlencode(said)}"
