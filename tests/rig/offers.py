"""Offers that need a right, for stories: published at HQ before its stations start.

publish(shops, offer("coupon", "lease"), offer("gift", "lease", trigger="automatic", limits={"uses": 20}))
(coupon,) = coupons(shops, "coupon", owner=shops.world.member_ref)
home, other = opened(shops, 2)
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.core.canonical import canonical
from app.core.codes import hash_number
from app.station.authority import must_ask
from hq.campaigns.service import publish_program
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.rig.company import Company, Station
from tests.rig.processes import program_body

TRIES, IN_VAIN = 200, 3
SPARE = 12  # coupons made for each that is wanted, since one in ten is drawn


def offer(
    name: str, offline: str, *, trigger: str = "voucher", amount: int = 100, limits: Any = None, **rule: Any
) -> dict[str, Any]:
    """Return a campaign of one rule, by its name: so much off the order."""
    today = datetime.now(UTC).date()
    effect = {"kind": "amount_off", "target": "order", "amount": amount}
    return {
        "id": f"campaign-{name}",
        "name": name,
        "starts_on": (today - timedelta(days=5)).isoformat(),
        "ends_on": (today + timedelta(days=20)).isoformat(),
        "audience": None,
        "offline": offline,
        "rules": [{"id": name, "name": name, "trigger": trigger, "priority": 0, "effect": effect} | rule],
    } | ({"limits": limits} if limits else {})


def published(*offers: dict[str, Any], version: int = 2, **more: Any) -> bytes:
    """Return a program of these offers, which earns a point for each 1.00."""
    return canonical(json.loads(program_body()) | {"version": version, "campaigns": list(offers)} | more)


def publish(company: Company, *offers: dict[str, Any], **more: Any) -> None:
    """Publish it at HQ."""
    company.at_hq(lambda hq: publish_program(hq, published(*offers, **more), is_meant=True))


def coupons(
    company: Company, rule: str, count: int = 1, *, uses_max: int = 1, owner: str | None = None
) -> list[str]:
    """Make coupons, none of them drawn to be asked for on line, which chance would do to one in ten."""
    new = [NewVoucher(rule, uses_max=uses_max, owner=owner)] * (count * SPARE)
    made = company.at_hq(lambda hq: create_vouchers(hq, new))
    now = datetime.now(UTC)
    days = {(now + timedelta(days=n)).date() for n in (-1, 0, 1)}
    drawn_by = {f"{day}|{code}": f"{day}|{hash_number(code)}|{rule}" for day in days for code in made}
    drawn = {name.partition("|")[2] for name in must_ask(drawn_by, at_ms=0, heard_ms=0)}
    return [code for code in made if code not in drawn][:count]


def opened(company: Company, count: int, *, clock: Path | None = None) -> list[Station]:
    """Start HQ and the first stations, and let each hear all there is, its leases too."""
    company.start_hq(clock=clock)
    stations = company.stations[:count]
    for station in stations:
        assert station.start(clock=clock)["answer"] == "ready"
    are_back(*stations)
    return stations


def are_back(*stations: Station) -> None:
    """Heal the lines of stations, in this order, and let all hear what HQ heard of the others."""
    for station in stations:
        station.is_back()
    for station in stations:
        station.syncs()


def shown(station: Station, order_id: str, *coupons: str, **more: Any) -> list[str]:
    """Sell, and return what the till says of each coupon: its reason, or what it took off."""
    answer = station.sells(order_id, *coupons, **more)
    return [each.get("reason") or str(each["discount"]) for each in answer["presented"]]


def gives(station: Station) -> int:
    """Sell to nobody until nothing is given, and return how often something was.

    On a busy machine head office may not answer in time; after three questions in vain it isn't asked for a while.
    """
    given = missed = 0
    first = station.status()["head"]
    for number in range(first, first + TRIES):
        discount = station.sells(f"{station.device_id}-{number}", card="")["discount"]
        given, missed = given + (discount > 0), 0 if discount else missed + 1
        if missed == IN_VAIN:
            return given
    raise AssertionError("it gives without end")
