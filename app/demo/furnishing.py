"""What people at head office do beside what stations bring: so that every page of the console has something to show.

The demo's year is members, orders and redemptions alone. Here come colleagues with ceilings, a segment, a draft with a
scenario that asks for approval, an attribute, an import, a note, a webhook endpoint that is off, codes to print, a
voucher redeemed for an order of the past, matters of members, and the shop's brand.
"""

from contextlib import suppress
from dataclasses import replace

from app.core.brand import Brand
from hq.access.actor import Actor, Ceilings, of_person
from hq.access.api_keys import create_key
from hq.access.scopes import Role, Scope
from hq.batches.importing import bring_codes
from hq.batches.service import Kind, NewGiftCards, NewVouchers, make_gift_cards, make_vouchers
from hq.brand.service import publish_brand
from hq.campaigns.approving import submit_campaign
from hq.campaigns.drafting import create_campaign
from hq.campaigns.scenarios import add_scenario
from hq.console.views import save_view
from hq.faults import NotPossible
from hq.home import Hq
from hq.jobs.service import work
from hq.journal.device_cases import Trouble, tell_of_device
from hq.members.importing import bring_file
from hq.members.matters import (
    Changes,
    Channel,
    MatterKind,
    MatterState,
    NewMatter,
    Outcome,
    change_matter,
    open_matter,
)
from hq.orders.lists import OrderList, list_orders
from hq.redemptions.making import redeem_past, try_past
from hq.redemptions.past import PastAsked
from hq.rewards.service import create_reward
from hq.segments.service import create_segment
from hq.settings.service import change_languages
from hq.setup import FIRST_ADMIN
from hq.staff.office import add_office_person
from hq.stores.devices import list_devices, read_device
from hq.vouchers.rules import rules_to_pick
from hq.vouchers.service import NewVoucher, create_vouchers
from hq.webhooks.deliveries import send_test
from hq.webhooks.service import Wanted, change_endpoint, create_endpoint

ADMIN = of_person(FIRST_ADMIN, Role.ADMIN)
COLLEAGUES = (
    ("Mara Field", Role.MARKETER, Ceilings()),
    ("Jun Park", Role.JUNIOR, Ceilings(percent=1_500, amount=1_000)),
    ("Sam Reed", Role.SUPPORT, Ceilings(points=2_000)),
    ("Ines Roth", Role.AUDITOR, Ceilings()),
)
DRAFT = "autumn-warm-up"
MEMBERS = "ref,name,birthday\n,Ada Example,05-17\n,Ben Example,13-40\n"


def furnish(hq: Hq) -> None:
    """Do what people would have done by now. Once for an HQ."""
    create_key(
        hq, ADMIN, name="Shop system", scopes=(Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.EVENTS_WRITE)
    )
    for name, role, ceilings in COLLEAGUES:
        add_office_person(hq, ADMIN, name=name, role=role, ceilings=ceilings)
    publish_brand(hq, Brand(name="Corner Market", color="#1F6F5C"), actor=ADMIN)
    change_languages(hq, ADMIN, ("en", "ko"))
    spent = {"fact": "history.spend", "op": "at_least", "value": 20_000, "days": 30}
    create_segment(
        hq, ADMIN, segment_id="big-baskets", name="Spent 200 in a month", kind="dynamic", condition=spent
    )
    work(hq)  # the segment is worked out: HQ does so by itself while it serves
    _draft(hq, of_person("Jun Park", Role.JUNIOR, Ceilings(percent=1_500, amount=1_000)))
    bring_file(hq, ADMIN, "members.csv", MEMBERS.encode("utf-8"))
    create_reward(
        hq,
        ADMIN,
        name="5.00 off for 500 points",
        cost_points=500,
        effect={"kind": "amount_off", "target": "order", "amount": 500},
        starts_on="2017-10-01",
        ends_on="2018-03-31",
    )
    _restored_station(hq)
    endpoint, _ = create_endpoint(
        hq, ADMIN, Wanted(name="Shop system", url="https://hooks.example.com/tillside")
    )
    send_test(hq, ADMIN, endpoint.endpoint_id)
    change_endpoint(hq, ADMIN, endpoint.endpoint_id, Wanted(is_on=False))  # nothing leaves a demo's machine
    _codes(hq)
    _forgotten_voucher(hq)
    _matters(hq)
    place = "/console/devices?only=silent"
    save_view(hq, ADMIN, noun="devices", title="Not heard of", place=place, is_shared=True)


def _codes(hq: Hq) -> None:
    """Have codes printed for a mailing and a rack, and a file of another system brought."""
    rule_id, name = rules_to_pick(hq)[0]
    make_vouchers(hq, ADMIN, NewVouchers(f"Autumn mailing: {name}"[:80], rule_id, 60, prefix="FA", length=14))
    make_gift_cards(hq, ADMIN, NewGiftCards("Rack at the till", 30))
    make_gift_cards(hq, ADMIN, NewGiftCards("Thank you", 12, 2_500))
    content = b"number,expires\nV0123456789ABC8,2018-01-31\nSPRING,2018-01-31\n"
    bring_codes(hq, ADMIN, "old-shop.csv", content, kind=Kind.VOUCHERS, rule_id=rule_id)
    work(hq)


def _forgotten_voucher(hq: Hq) -> None:
    """Redeem a voucher for an order of the past: the newest that it would have been good for."""
    orders = [each for each in list_orders(hq, ADMIN, OrderList(limit=200))[0] if each.member]
    for rule_id, _ in rules_to_pick(hq):
        (code,) = create_vouchers(hq, [NewVoucher(rule_id, uses_max=1)])
        for order in orders:
            asked = PastAsked(order_entry=order.entry_id, code=code)
            with suppress(NotPossible):  # it was voided, or had the offer already
                if try_past(hq, ADMIN, order.member or "", asked).is_approved:
                    redeem_past(hq, ADMIN, order.member or "", asked, reason="The voucher lay at home")
                    return


def _matters(hq: Hq) -> None:
    """Have members come with something: one is looked after, one waits for nobody yet, one was made good."""
    support = of_person("Sam Reed", Role.SUPPORT)
    orders = [each for each in list_orders(hq, ADMIN, OrderList(limit=200))[0] if each.member]
    by_member = {each.member or "": each.entry_id for each in reversed(orders)}
    told = (
        NewMatter(
            MatterKind.COMPLAINT, Channel.PHONE, "The voucher was not taken off at the till", "Sam Reed"
        ),
        NewMatter(MatterKind.QUESTION, Channel.COUNTER, "When do my points end?"),
        NewMatter(MatterKind.PRAISE, Channel.EMAIL, "The new tea is good"),
    )
    made = [
        open_matter(hq, support, ref, replace(new, order=by_member[ref]))
        for new, ref in zip(told, sorted(by_member), strict=False)
    ]
    change_matter(
        hq, support, made[0].matter_id, Changes(state=MatterState.WAITING, note="She sends the receipt")
    )
    done = Changes(state=MatterState.CLOSED, outcome=Outcome.SOLVED, note="Thanked")
    change_matter(hq, support, made[-1].matter_id, done)


def _restored_station(hq: Hq) -> None:
    """Let a station have said that it was restored from a backup, which somebody at head office must look at."""
    first = list_devices(hq)[0].device_id
    with hq.database.atomic() as connection:
        found = read_device(connection, first, for_update=True)
        assert found is not None, "it was read just now"
        tell_of_device(connection, found, Trouble.ROLLED_BACK, now_ms=hq.clock.now_ms())


def _draft(hq: Hq, actor: Actor) -> None:
    """Draft a campaign that somebody else is asked to approve."""
    rule = {
        "id": f"{DRAFT}-1",
        "name": "10 % off from 20",
        "trigger": "automatic",
        "priority": 0,
        "effect": {"kind": "percent_off", "target": "order", "basis_points": 1_000},
        "condition": {
            "all": [
                {"fact": "order.total", "op": "at_least", "value": 2_000},
                {"fact": "order.weekday", "op": "one_of", "value": [1, 2, 3, 4, 5]},
            ]
        },
    }
    body = {
        "starts_on": "2017-10-01",
        "ends_on": "2017-11-30",
        "audience": None,
        "offline": "floor",
        "rules": [rule],
    }
    draft = create_campaign(hq, actor, name="Autumn warm-up", campaign_id=DRAFT, body=body)
    order = {"store": "292", "at": "2017-10-04T10:00", "lines": [{"sku": "1", "unit_price": "25.00"}]}
    expected = {"offers": {rule["id"]: "2.50"}, "payable": "22.50"}
    add_scenario(
        hq, actor, draft.campaign_id, name="25.00 on a Wednesday", body={"order": order, "expected": expected}
    )
    submit_campaign(hq, actor, draft.campaign_id, note="Ready for October")
