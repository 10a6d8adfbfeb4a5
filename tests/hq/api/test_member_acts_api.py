"""What is done for members, by the API: points within ceilings, apologies, redemptions of the past, cards."""

import pytest
from sqlalchemy import func, select

from hq.access.actor import SYSTEM, Ceilings
from hq.access.api_keys import create_key
from hq.access.scopes import Scope
from hq.campaigns.service import publish_program
from hq.faults import Busy
from hq.members import replacing
from hq.members.attributes import Side
from hq.members.keeping import Said, put_member
from hq.members.service import MemberFacts, upsert_members
from hq.members.tables import by_hand, member_attribute, member_external, member_note
from hq.tables import posting
from sync.protocol import PushAnswer
from tests.hq.asking_api import Api, api_of
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, program_body, voucher

OTHER = "0000000000002"


@pytest.fixture
def api(hq):
    upsert_members(hq, [MemberFacts(REF, "Ada L.", home_store="S1"), MemberFacts(OTHER, "Ada Lovelace")])
    with api_of(hq) as asking:
        yield asking


def balance(api, ref=REF):
    return api.get(f"/v1/members/{ref}").json()["balance"]


def test_points_are_given_and_taken_with_a_reason(hq, api) -> None:
    given = api.post(f"/v1/members/{REF}/points", {"points": 100, "reason": "Queue of an hour."})
    assert (given.status_code, given.json()["balance"]) == (201, 100)
    taken = api.post(f"/v1/members/{REF}/points", {"points": -30, "reason": "Too many."}).json()
    assert (taken["balance"], balance(api)) == (70, 70)
    (row, _) = api.get(f"/v1/audit?about=member:{REF}").json()["items"]
    assert (row["action"], row["reason"], row["before"], row["after"]) == (
        "points.adjusted", "Too many.", '{"balance":100}', '{"balance":70,"points":-30}',
    )  # fmt: skip
    with hq.database.reading() as connection:
        sums = select(func.sum(posting.c.amount)).where(posting.c.unit == "points")
        assert connection.execute(sums).scalar_one() == 0
        own = sums.where(posting.c.account == f"member:{REF}")
        assert connection.execute(own).scalar_one() == 70


def test_nobody_is_left_with_less_than_nothing(api) -> None:
    assert api.post(f"/v1/members/{REF}/points", {"points": -1, "reason": "x"}).status_code == 409
    assert api.post(f"/v1/members/{REF}/points", {"points": 0, "reason": "x"}).status_code == 409
    assert api.post(f"/v1/members/{REF}/points", {"points": 1, "reason": ""}).status_code == 400


def test_store_credit_goes_to_the_wallet_with_a_reason_and_is_listed(hq, api) -> None:
    given = api.post(f"/v1/members/{REF}/wallet", {"amount": 500, "reason": "Queue of an hour."})
    assert (given.status_code, given.json()["balance"], given.json()["currency"]) == (201, 500, "USD")
    assert (
        api.post(f"/v1/members/{REF}/wallet", {"amount": -200, "reason": "Paid out."}).json()["balance"]
        == 300
    )
    assert api.post(f"/v1/members/{REF}/wallet", {"amount": -301, "reason": "x"}).status_code == 409
    assert api.get(f"/v1/members/{REF}").json()["wallet"] == {"USD": 300}
    rows = api.get(f"/v1/members/{REF}/wallet").json()["items"]
    assert [(row["amount"], row["unit"], row["source"]) for row in rows] == [
        (-200, "USD", "adjusted"), (500, "USD", "adjusted"),
    ]  # fmt: skip
    (row, _) = api.get(f"/v1/audit?about=member:{REF}").json()["items"]
    assert (row["action"], row["reason"], row["before"]) == (
        "wallet.credited",
        "Paid out.",
        '{"balance":500}',
    )
    low = Api(
        api.web, create_key(hq, SYSTEM, name="low", scopes=tuple(Scope), ceilings=Ceilings(amount=50))[1]
    )
    assert low.post(f"/v1/members/{REF}/wallet", {"amount": 51, "reason": "x"}).status_code == 403


def test_above_ones_ceiling_another_has_to_do_it(hq, api) -> None:
    _, text = create_key(hq, SYSTEM, name="low", scopes=tuple(Scope), ceilings=Ceilings(points=50, amount=50))
    low = Api(api.web, text)
    assert low.post(f"/v1/members/{REF}/points", {"points": 51, "reason": "x"}).status_code == 403
    assert low.post(f"/v1/members/{REF}/points", {"points": -51, "reason": "x"}).status_code == 403
    assert low.post(f"/v1/members/{REF}/points", {"points": 50, "reason": "x"}).status_code == 201
    sorry = low.post(f"/v1/members/{REF}/vouchers", {"rule": VOUCHER_RULE, "reason": "x"})
    assert sorry.status_code == 403  # it takes 1.00 off, and 0.50 is the ceiling
    assert balance(api) == 50


def test_a_voucher_that_no_amount_bounds_is_above_every_ceiling(hq, api) -> None:
    free = {"kind": "unit_price", "products": "coffee", "amount": 1}
    rule = {"id": "free", "name": "free", "trigger": "voucher", "priority": 0, "effect": free}
    campaign = {"id": "f", "name": "f", "starts_on": "2017-01-01", "ends_on": "2017-12-31", "audience": None}
    publish_program(hq, program_body(2, campaigns=[{**campaign, "offline": "always", "rules": [rule]}]))
    _, text = create_key(hq, SYSTEM, name="low", scopes=tuple(Scope), ceilings=Ceilings(percent=9_900))
    asked = {"rule": "free", "reason": "Sorry."}
    assert Api(api.web, text).post(f"/v1/members/{REF}/vouchers", asked).status_code == 403
    assert api.post(f"/v1/members/{REF}/vouchers", asked).status_code == 201


def test_t44_a_voucher_to_say_sorry_is_good_at_a_station_after_one_pull(api, station) -> None:
    """T44: the "sorry" voucher is usable at a station after one pull, by its member, once."""
    before = station.session.changes(cursor=0, set_id=station.hq.set_id, limit=500).next
    made = api.post(f"/v1/members/{REF}/vouchers", {"rule": VOUCHER_RULE, "days": 10, "reason": "Sorry."})
    assert made.status_code == 201, made.text
    rows = station.session.changes(cursor=before, set_id=station.hq.set_id, limit=500).rows
    (row,) = [each for each in rows if each.t == "voucher"]
    assert (row.v["owner"], row.v["uses_max"], row.v["uses"]) == (REF, 1, 0)
    assert row.v["ends_on"] == made.json()["ends_on"] == "2017-11-16"
    shown = voucher(row.k, uses_max=1)
    _, redeemed = station.order("o1", vouchers=(shown,))
    assert redeemed["reasons"] == []
    answer = station.push()
    assert isinstance(answer, PushAnswer)
    assert [each.codes for each in answer.results] == [[], []]
    refused = api.post(f"/v1/members/{REF}/redemptions", {
        "total": 500, "at_ms": NOW_MS, "store": "S1", "code": made.json()["number"], "reason": "x",
    }).json()  # fmt: skip
    assert "limit_total_reached" in [each["code"] for each in refused["reasons"]]


def test_a_voucher_of_no_rule_is_given_to_nobody(api) -> None:
    assert api.post(f"/v1/members/{REF}/vouchers", {"rule": "a7", "reason": "x"}).status_code == 409
    assert api.post(f"/v1/members/{REF}/vouchers", {"rule": "nothing", "reason": "x"}).status_code == 409


def test_a_try_says_what_would_be_and_posts_nothing(api) -> None:
    asked = {"total": 500, "at_ms": NOW_MS, "store": "S1", "rule": "a7", "reason": "x", "is_trial": True}
    said = api.post(f"/v1/members/{REF}/redemptions", asked).json()
    assert (said["is_approved"], said["is_posted"]) == (False, False)
    assert said["reasons"][0]["sentence"]
    assert api.get("/v1/audit?action=redemption.refused").json()["items"] == []


def test_a_lost_card_opens_nothing_any_more(api, station) -> None:
    first = api.post(f"/v1/members/{REF}/card", {"reason": "Lost."}).json()
    second = api.post(f"/v1/members/{REF}/card", {"reason": "Lost again."}).json()
    found = api.get(f"/v1/members?q={first['number']}").json()["items"]
    assert found == []
    assert [each["ref"] for each in api.get(f"/v1/members?q={second['number']}").json()["items"]] == [REF]
    assert second["code"].startswith("L2:")
    rows = station.session.changes(cursor=0, set_id=station.hq.set_id, limit=500).rows
    (row,) = [each for each in rows if each.t == "member"]
    assert row.v["codes_from_ms"] > NOW_MS


def test_two_who_are_one_become_one(api) -> None:
    api.post(f"/v1/members/{OTHER}/points", {"points": 5, "reason": "x"})
    api.put("/v1/members/by/crm-1", {})
    api.patch(f"/v1/members/{OTHER}", {"personal": {"email": "ada@example.com"}})
    merged = api.post(f"/v1/members/{OTHER}/merge", {"into": REF, "reason": "The same e-mail."})
    assert merged.json() == {"survivor": REF, "is_repeat": False, "points": 5, "vouchers": 0}
    assert balance(api) == 5
    found = api.get(f"/v1/members/{OTHER}").json()
    assert (found["ref"], found["aliases"], found["personal"]["email"]) == (REF, [OTHER], "ada@example.com")
    assert api.get("/v1/audit?action=member.merged").json()["items"][0]["reason"] == "The same e-mail."


def test_who_is_erased_is_gone_and_the_books_hold(hq, api) -> None:
    api.put("/v1/attributes/pets", {"title": "Pets", "kind": "number"})
    api.patch(f"/v1/members/{REF}", {"personal": {"name": "Ada Lovelace"}, "attributes": {"pets": 2}})
    api.post(f"/v1/members/{REF}/notes", {"text": "Blue."})
    api.post(f"/v1/members/{REF}/points", {"points": 5, "reason": "x"})
    put_member(hq, SYSTEM, Said(ref=REF, external_id="crm-9"), side=Side.CRM)
    exported = api.get(f"/v1/members/{REF}/export").json()["export"]
    assert exported["notes"][0]["body"] == "Blue."
    assert exported["attributes"][0]["number"] == 2
    assert exported["by_hand"][0]["points"] == 5
    assert api.post(f"/v1/members/{REF}/erase", {"reason": "They asked."}).json()["points"] == 5
    assert api.get(f"/v1/members/{REF}").status_code == 404
    assert api.get("/v1/members?q=lovelace").json()["items"][0]["ref"] == OTHER
    with hq.database.reading() as connection:
        sums = select(func.sum(posting.c.amount)).group_by(posting.c.entry_id, posting.c.unit)
        assert not any(connection.execute(sums).scalars())
        for table in (by_hand, member_attribute, member_external, member_note):
            kept = select(func.count()).select_from(table).where(table.c.member == REF)
            assert connection.execute(kept).scalar_one() == 0, table.name


def test_the_timeline_tells_it_all_newest_first(api, station, clock) -> None:
    station.order("o1", vouchers=(voucher("f" * 32),), at_ms=NOW_MS - 5_000)
    station.push()
    for step in ("first", "second"):
        clock.set_ms(clock.now_ms() + 1_000)
        api.post(f"/v1/members/{REF}/notes", {"text": step})
    clock.set_ms(clock.now_ms() + 1_000)
    api.post(f"/v1/members/{REF}/points", {"points": 5, "reason": "x"})
    kinds, cursor = [], ""
    while True:
        page = api.get(f"/v1/members/{REF}/timeline?limit=2{cursor}").json()
        kinds += [(each["kind"], each["said"]) for each in page["items"]]
        if not page["next"]:
            break
        cursor = f"&cursor={page['next']}"
    assert kinds == [
        ("given_points", "x"), ("note", "second"), ("note", "first"), ("joined", ""), ("redeemed", ""), ("order", ""),
    ]  # fmt: skip


def test_who_sees_some_stores_changes_nobody_of_another(hq, api) -> None:
    put_member(hq, SYSTEM, Said(ref=OTHER, external_id="other"), side=Side.CRM)
    _, text = create_key(
        hq, SYSTEM, name="one", scopes=tuple(Scope), ceilings=Ceilings(stores=frozenset({"S1"}))
    )
    one = Api(api.web, text)
    asked = [
        one.put("/v1/members/by/other", {"personal": {"name": "Mallory"}}),
        one.post(f"/v1/members/{REF}/merge", {"into": OTHER, "reason": "x"}),
        one.post(f"/v1/members/{OTHER}/events", {"event_id": "e", "name": "n"}),
        one.get(f"/v1/members/{OTHER}/benefits"),
        one.get(f"/v1/subscriptions?member={OTHER}"),
    ]
    assert {each.status_code for each in asked} == {404}
    assert one.get("/v1/referrals").status_code == 409
    said = {"total": 500, "at_ms": NOW_MS, "store": "S2", "rule": "a7", "reason": "x"}
    assert one.post(f"/v1/members/{REF}/redemptions", said).status_code == 404


def test_what_is_merged_or_erased_stands_in_the_audit_or_is_not_done(hq, api, monkeypatch) -> None:
    def fail(*_others, **_named):
        raise Busy("The disk is full.")

    monkeypatch.setattr(replacing, "record", fail)
    asked = {"into": OTHER, "reason": "x"}
    assert api.post(f"/v1/members/{REF}/merge", asked).status_code == 503
    assert api.post(f"/v1/members/{REF}/erase", {"reason": "x"}).status_code == 503
    monkeypatch.undo()
    assert api.post(f"/v1/members/{REF}/merge", asked).json()["is_repeat"] is False
    assert api.get(f"/v1/audit?about=member:{REF}").json()["items"][0]["action"] == "member.merged"
