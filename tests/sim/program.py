"""The program of a simulated world: an offer of each kind, with and without limits, for each right that is needed."""

from typing import Any

from app.core.canonical import canonical

START_MS = 1_767_600_000_000  # 5 January 2026, 08:00 UTC
DAY_MS = 86_400_000
COFFEE, REWARD, SHORT = "coffee-1", "mug", "week-1"
GIFT, FIRST, TOY, CARD, CLUB = "gift-1", "first-1", "toy", "card-1", "club-1"
SHORT_LIVED = "week"  # the campaign that ends soon
SHORT_ENDS_ON, SHORT_ENDS_MS = "2026-01-09", START_MS + 4 * DAY_MS + 21 * 3_600_000  # midnight in New York
REWARD_COSTS = 8
GIFTS_MAX, FIRSTS_MAX, CLUB_MAX, SALE_MAX, TOYS = 24, 10, 16, 1_500, 12
SPENDS_MAX, VALUE_MAX = 10, 2_000
FLOORS = {
    "A1": {"value": 250, "times": 1, "stale_hours": 24},
    "A2": {"value": 250, "times": 2, "stale_hours": 72},
    "A3": {"value": 300, "times": 2, "stale_hours": 96},
}
AUTHORITY = {"floors": FLOORS, "spends_max": SPENDS_MAX, "value_max": VALUE_MAX, "point_worth_milli": 25_000}
CHANGES_MAX = 30  # versions of a restored HQ jump by a thousand, and no offer may outgrow its floor limit

Record = dict[str, Any]


def program_body(version: int) -> bytes:
    """Return a version of the program: what is given changes a little with each."""
    a_little = version % CHANGES_MAX
    coffee = {
        "kind": "amount_off",
        "target": "products",
        "products": "coffee",
        "amount": 90 + a_little,
    }
    return canonical(
        {
            "format": 1,
            "program_id": "p-1",
            "version": version,
            "name": "Harbour points",
            "currency": "USD",
            "time_zone": "America/New_York",
            "expires_ms": START_MS + 400 * DAY_MS,
            "product_sets": {"coffee": ["coffee"], "tea": ["tea"], "beans": ["beans"]},
            "earning": [{"id": "earn", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "authority": AUTHORITY,
            "campaigns": [
                _campaign("coffee", _rule(COFFEE, "voucher", coffee)),
                _campaign("tea", _rule("tea-1", "automatic", _percent_off("tea", 1_000 + a_little))),
                _campaign(SHORT_LIVED, _rule(SHORT, "choice", _amount_off(100))) | {"ends_on": SHORT_ENDS_ON},
                _campaign(
                    "rewards",
                    _rule(REWARD, "choice", _amount_off(200 + a_little), cost_points=REWARD_COSTS),
                    offline="floor",
                ),
                _campaign(
                    "gifts",
                    _rule(GIFT, "choice", _amount_off(150)),
                    offline="lease",
                    limits={"uses": GIFTS_MAX},
                ),
                _campaign(
                    "firsts",
                    _rule(FIRST, "choice", _amount_off(120)),
                    offline="floor",
                    limits={"members": FIRSTS_MAX, "member_uses": [{"at_most": 1}]},
                ),
                _campaign("toys", _rule(TOY, "choice", _amount_off(110), has_stock=True), offline="lease"),
                _campaign("cards", _rule(CARD, "voucher", _amount_off(180)), offline="lease"),
                _campaign(
                    "club",
                    _rule(CLUB, "choice", _amount_off(130)),
                    offline="never",
                    limits={"uses": CLUB_MAX},
                ),
                _campaign(
                    "sale",
                    _rule("sale-1", "automatic", _percent_off("beans", 500)),
                    offline="floor",
                    budget={"discount": SALE_MAX},
                ),
            ],
        }
    )


def _rule(name: str, trigger: str, effect: Record, **more: Any) -> Record:
    return {"id": name, "name": name, "trigger": trigger, "priority": 0, "effect": effect, **more}


def _campaign(name: str, *rules: Record, offline: str = "always", **more: Any) -> Record:
    dates = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "audience": None, "offline": offline}
    return {"id": name, "name": name, **dates, "rules": list(rules), **more}


def _amount_off(amount: int) -> Record:
    return {"kind": "amount_off", "target": "order", "amount": amount}


def _percent_off(products: str, basis_points: int) -> Record:
    return {"kind": "percent_off", "target": "products", "products": products, "basis_points": basis_points}
