"""An HQ with one of everything, so that each route of the API can be asked for a thing that there is.

Whoever adds a route with an id in its path adds here how an HQ gets such a thing: by the name of the path's parameter,
or by `<noun>.<name>` where nouns mean different things by one name.
"""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.ids import new_ref
from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import Role, Scope
from hq.api.routing import ApiRoute
from hq.batches.importing import bring_codes
from hq.batches.service import Kind, NewGiftCards, NewVouchers, make_gift_cards, make_vouchers
from hq.benefits.outside import set_signal
from hq.campaigns.drafting import create_campaign
from hq.campaigns.parts import publish_parts, put_part
from hq.campaigns.scenarios import add_scenario
from hq.every_route import every_route
from hq.gift_cards.listing import CardList, list_cards
from hq.home import Hq
from hq.jobs.service import work
from hq.journal.desk import list_cases
from hq.journal.reading import place_of
from hq.members.attributes import Attribute, Side, put_attribute
from hq.members.importing import bring_file
from hq.members.keeping import Said, put_member
from hq.members.matters import Channel, MatterKind, NewMatter, open_matter
from hq.members.notes import add_note
from hq.orders.lists import OrderList, list_orders
from hq.orders.one import newest_order
from hq.redemptions.making import redeem_past
from hq.redemptions.past import PastAsked
from hq.rewards.service import create_reward
from hq.segments.service import create_segment
from hq.staff.office import add_office_person
from hq.stores.service import add_store
from hq.tiers.service import start_dry_run
from hq.vouchers.listing import VoucherList, list_vouchers
from hq.vouchers.service import NewVoucher, create_vouchers
from hq.webhooks.deliveries import send_test
from hq.webhooks.service import Wanted, create_endpoint
from tests.hq.campaigns_of import scenario, spring
from tests.hq.station import VOUCHER_RULE, enrol_station

ENDPOINT = "https://shop.example/webhooks"


def _key(hq: Hq) -> str:
    return create_key(hq, SYSTEM, name="thing", scopes=(Scope.AUDIT_READ,))[0].key_id


def _staff(hq: Hq) -> str:
    add_office_person(hq, SYSTEM, name="Thea Thing", role=Role.ANALYST)
    return "Thea Thing"


def _endpoint(hq: Hq) -> str:
    return create_endpoint(hq, SYSTEM, Wanted(name="thing", url=ENDPOINT))[0].endpoint_id


def _order(hq: Hq) -> str:
    station = enrol_station(hq, "S1")
    station.order("thing")
    station.push()
    return newest_order(hq) or ""


def _redemption(hq: Hq) -> str:
    ref, station = a_member(hq), enrol_station(hq, "S1")
    station.order("redeemed", ref=None)
    station.push()
    create_vouchers(hq, [NewVoucher(VOUCHER_RULE, 1, ref)])
    (row,), _ = list_orders(hq, SYSTEM, OrderList(order_id="redeemed"))
    asked = PastAsked(order_entry=row.entry_id, rule=VOUCHER_RULE)
    return redeem_past(hq, SYSTEM, ref, asked, reason="A thing.").redemption_id


def _store(hq: Hq) -> str:
    name = new_ref()
    add_store(hq, store_id=name, name="Thing", time_zone="Europe/Berlin", currency="USD")
    return name


def _device(hq: Hq) -> str:
    return enrol_station(hq, _store(hq)).owner.device_id


def _entry(hq: Hq) -> str:
    station = enrol_station(hq, _store(hq))
    station.order(ref=None)
    station.push()
    return place_of(station.owner.device_id, 1, 1)


def _case(hq: Hq) -> str:
    station = enrol_station(hq, _store(hq))
    station.append("kind_of_later", {})
    station.push()
    return list_cases(hq)[-1].case_id


def _campaign(hq: Hq) -> str:
    return create_campaign(hq, SYSTEM, name="A thing of mine", body=spring()).campaign_id


def _scenario(hq: Hq, campaign_id: str) -> str:
    return add_scenario(hq, SYSTEM, campaign_id, name="thing", body=scenario()).scenario_id


def _version(hq: Hq) -> str:
    put_part(hq, SYSTEM, "calendars", {"holidays": ["2017-12-25"]})
    return str(publish_parts(hq, SYSTEM, ["calendars"]).version)


def _reward(hq: Hq) -> str:
    effect = {"kind": "gift", "sku": "MUG"}
    made = create_reward(
        hq, SYSTEM, name="Thing", cost_points=5, effect=effect, starts_on="2017-01-01", ends_on="2017-12-31"
    )
    return made.rule_id


def a_member(hq: Hq) -> str:
    return put_member(hq, SYSTEM, Said(external_id=new_ref()), side=Side.CRM).ref


def _external_id(hq: Hq) -> str:
    external_id = new_ref()
    put_member(hq, SYSTEM, Said(external_id=external_id), side=Side.CRM)
    return external_id


def _matter(hq: Hq) -> str:
    new = NewMatter(MatterKind.QUESTION, Channel.PHONE, "A thing.")
    return open_matter(hq, SYSTEM, a_member(hq), new).matter_id


def _attribute(hq: Hq) -> str:
    put_attribute(hq, SYSTEM, Attribute("thing", "Thing"))
    return "thing"


def _import(hq: Hq) -> str:
    return bring_file(hq, SYSTEM, "thing.csv", b"id,name\nthing,Thea\n").import_id


def _batch(hq: Hq) -> str:
    return make_vouchers(hq, SYSTEM, NewVouchers("Thing", VOUCHER_RULE, 2)).batch_id


def _voucher(hq: Hq) -> str:
    batch = _batch(hq)
    work(hq)
    return list_vouchers(hq, VoucherList(batch=batch))[0][0].code_hash


def _card(hq: Hq) -> str:
    batch = make_gift_cards(hq, SYSTEM, NewGiftCards("Thing", 1, 500)).batch_id
    work(hq)
    return list_cards(hq, CardList(batch=batch))[0][0].code_hash


def _code_import(hq: Hq) -> str:
    content = b"code\nthing\n"
    return bring_codes(hq, SYSTEM, "thing.csv", content, kind=Kind.VOUCHERS, rule_id=VOUCHER_RULE).import_id


def _signal(hq: Hq) -> str:
    set_signal(hq, SYSTEM, "thing", "true")
    return "thing"


def _segment(hq: Hq) -> str:
    return create_segment(hq, SYSTEM, segment_id="thing", name="Thing", kind="static").segment_id


THINGS: dict[str, Callable[[Hq], str]] = {
    "ref": a_member,
    "external_id": _external_id,
    "attributes.name": _attribute,
    "matter_id": _matter,
    "import_id": _import,
    "batch_id": _batch,
    "code_import": _code_import,
    "vouchers.code_hash": _voucher,
    "gift_cards.code_hash": _card,
    "store_id": _store,
    "device_id": _device,
    "place": _entry,
    "case_id": _case,
    "key_id": _key,
    "staff.name": _staff,
    "endpoint_id": _endpoint,
    "order": _order,
    "redemption": _redemption,
    "benefits.name": _signal,
    "job_id": lambda hq: start_dry_run(hq, SYSTEM).job_id,
    "segment_id": _segment,
    "campaign_id": _campaign,
    "rule_id": _reward,
    "program.part": lambda _: "earning",
    "program.version": _version,
    "campaigns.n": lambda _: "1",
    "tiers.job_id": lambda hq: start_dry_run(hq, SYSTEM).job_id,
}
# That mean the same at every HQ, and are no ids; of the shop's own ids whoever names one makes the member.
WORDS = frozenset({"program.part", "external_id"})
# Of a thing within another: made behind it, and given its id.
WITHIN: dict[str, tuple[str, Callable[[Hq, str], str]]] = {
    "note_id": ("ref", lambda hq, ref: add_note(hq, SYSTEM, ref, "A thing.").note_id),
    "scenario_id": ("campaign_id", _scenario),
    "event_id": ("endpoint_id", lambda hq, endpoint_id: send_test(hq, SYSTEM, endpoint_id)),
}


def api_routes(app: FastAPI) -> list[ApiRoute]:
    """Return the routes of the API, those for other programs."""
    found = [route for route in all_routes(app) if isinstance(route, ApiRoute)]
    assert len(found) > 100
    return found


def all_routes(app: FastAPI) -> list[APIRoute]:
    """Return every route that was made by the framework's own way."""
    return [route for route in every_route(app) if isinstance(route, APIRoute)]


def name_of(route: APIRoute, parameter: str) -> str:
    """Return how a path's parameter is called here."""
    own = f"{route.tags[0]}.{parameter}"
    return own if own in THINGS or own in WITHIN else parameter


def fill(hq: Hq, routes: list[ApiRoute]) -> dict[str, str]:
    """Make what the routes' paths name, and return the id of each."""
    names = {name_of(route, name) for route in routes for name in route.param_convertors}
    lacking = sorted(names - THINGS.keys() - WITHIN.keys())
    assert not lacking, f"say in tests/hq/api/things.py how an HQ gets: {', '.join(lacking)}"
    made = {
        name: THINGS[name](hq) for name in sorted(names | {of for of, _ in WITHIN.values()}) if name in THINGS
    }
    return made | {name: make(hq, made[of]) for name, (of, make) in WITHIN.items() if name in names}


def path_of(route: APIRoute, ids: dict[str, str]) -> str:
    """Return a route's path with these ids in it."""
    return route.path_format.format(**{name: ids[name_of(route, name)] for name in route.param_convertors})
