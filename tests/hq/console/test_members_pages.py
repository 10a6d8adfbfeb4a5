"""Members in the console: the list, the page of one with all that can be done, and redeeming for a past order."""

import re
from datetime import date

import pytest
from sqlalchemy import select
from urllib3 import encode_multipart_formdata

from hq.access.actor import SYSTEM, Ceilings
from hq.access.scopes import Role
from hq.audit.service import list_audit
from hq.campaigns.service import publish_program
from hq.jobs.service import work
from hq.members.attributes import Attribute, Side, put_attribute
from hq.members.notes import list_notes
from hq.members.service import MemberFacts, upsert_members
from hq.staff.office import add_office_person, choose_password
from hq.tables import member
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.asking_api import Console
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, voucher
from tests.hq.test_past_redemptions import DAY_MS, with_offer

PAGE = f"/console/members/{REF}"


@pytest.fixture
def ada(hq):
    upsert_members(hq, [MemberFacts(REF, "Ada <b>L.", home_store="S1")])
    return hq


def balance(hq) -> int:
    with hq.database.reading() as connection:
        return connection.execute(select(member.c.balance).where(member.c.ref == REF)).scalar_one()


def test_a_member_is_added_found_and_shown(console) -> None:
    console.get("/console/members/new")
    page = console.send("/console/members/new", name="Ada Lovelace", email="ada@example.com", home_store="S1")
    assert page.status_code == 200
    assert "The member is added." in page.text
    assert "Ada Lovelace" in page.text
    assert "Ada L." in console.get("/console/members?q=lovelace").text
    assert "No member fits." in console.get("/console/members?q=hopper").text
    assert "Ada L." in console.get("/console/members/list.csv").text


def test_what_was_typed_stays_where_it_was_refused(console) -> None:
    console.get("/console/members/new")
    page = console.send("/console/members/new", name="Ada", email="nothing")
    assert page.status_code == 400
    assert 'value="nothing"' in page.text
    assert "This is no e-mail address." in page.text


def test_points_are_given_from_the_page_with_a_reason(console, ada) -> None:
    console.get(PAGE)
    page = console.send(f"{PAGE}/points", points="40", reason="A queue of an hour")
    assert "The points are posted." in page.text
    assert "A queue of an hour" in page.text
    assert balance(ada) == 40
    refused = console.send(f"{PAGE}/points", points="40", reason="")
    assert refused.status_code == 409
    assert balance(ada) == 40
    assert console.send(f"{PAGE}/points", points="many", reason="x").status_code == 400
    assert [row.reason for row in list_audit(ada) if row.action == "points.adjusted"] == [
        "A queue of an hour"
    ]


def test_store_credit_is_given_from_the_page_and_lies_in_the_wallet(console, ada) -> None:
    console.get(PAGE)
    page = console.send(f"{PAGE}/wallet", amount="5.00", reason="A queue of an hour")
    assert "The store credit is posted." in page.text
    assert "Store credit by hand" in page.text and "5.00 USD" in page.text
    refused = console.send(f"{PAGE}/wallet", amount="-5.01", reason="x")
    assert (refused.status_code, "The wallet holds 5.00 USD" in refused.text) == (409, True)
    assert console.send(f"{PAGE}/wallet", amount="much", reason="x").status_code == 400
    assert "5.00" in console.get(f"/console/ledger/postings?account=wallet:{REF}").text
    assert "All wallets" in console.get("/console/ledger").text
    assert "5.00" in console.get("/console/reports/wallets").text


def test_a_voucher_is_shown_once_and_lies_in_the_wallet(console, ada) -> None:
    console.get(PAGE)
    page = console.send(f"{PAGE}/apology", rule=VOUCHER_RULE, days="30", reason="Sorry")
    number = re.search(r'once mono">(V[0-9A-Z]{14})<', page.text)[1]
    again = console.get(PAGE).text
    assert number not in again
    assert "Voucher given" in again


def test_a_voucher_that_nobody_could_use_is_not_given(console, password, ada, clock) -> None:
    clock.set_ms(NOW_MS + 400 * DAY_MS)
    console.sign_in("admin", password)
    console.get(PAGE)
    assert f'value="{VOUCHER_RULE}"' not in console.get(PAGE).text
    page = console.send(f"{PAGE}/apology", rule=VOUCHER_RULE, days="30", reason="Sorry")
    assert "This offer has ended" in page.text and "once mono" not in page.text


def test_t44_an_agent_redeems_for_an_order_of_yesterday(console, password, hq, clock) -> None:
    """T44: 60.00 of yesterday: yes, by yesterday's rules; 45.00: the station's own reason, in its own words."""
    publish_program(hq, with_offer(2))
    upsert_members(hq, [MemberFacts(REF, "Ada L.", home_store="S1")])
    create_vouchers(hq, [NewVoucher("sorry", 1, REF, date(2017, 12, 31))])
    clock.set_ms(NOW_MS + DAY_MS)
    publish_program(hq, with_offer(3, least={"fact": "order.total", "op": "at_least", "value": 10_000}))
    console.sign_in("admin", password)  # the session of yesterday is over
    assert "Ten off" in console.get(f"{PAGE}/past").text
    typed = {"day": "2017-11-06", "time": "21:00", "store": "S1", "rule": "sorry", "reason": "No scanner"}
    no = console.send(f"{PAGE}/past", **typed, total="45.00", do="redeem")
    assert "Not possible" in no.text
    assert "5.00 USD" in no.text
    tried = console.send(f"{PAGE}/past", **typed, total="60.00", do="try")
    assert "10.00 USD to give back" in tried.text
    assert not [row for row in list_audit(hq) if row.action == "redemption.made"]
    done = console.send(f"{PAGE}/past", **typed, total="60.00", do="redeem")
    assert "It is redeemed." in done.text
    (row,) = [row for row in list_audit(hq) if row.action == "redemption.made"]
    assert (row.who, row.reason) == ("admin", "No scanner")
    shown = console.get(f"{PAGE}?show=redemptions").text
    assert "Redeemed at head office" in shown
    (place,) = re.findall(r"/console/redemptions/\w+/void", shown)
    assert "10.00 USD" in console.get(place).text
    assert "Redemption voided at head office" in console.send(place, reason="The wrong member").text
    assert console.get(place).status_code == 409


def test_an_order_is_voided_from_the_members_page_with_a_reason(console, ada, station) -> None:
    station.order("o1")
    station.push()
    (order,) = re.findall(r"/console/orders/\w+", console.get(PAGE).text)
    assert f"{order}/void" in console.get(order).text
    assert "−7" in console.get(f"{order}/void").text or "-7" in console.get(f"{order}/void").text
    assert console.send(f"{order}/void", reason="").status_code == 409
    assert balance(ada) == 7
    assert "Order voided at head office" in console.send(f"{order}/void", reason="The wrong member").text
    assert balance(ada) == 0
    assert f"{order}/void" not in console.get(order).text


def test_refusals_of_stations_are_shown_with_their_numbers(console, ada, station) -> None:
    station.order("o1", amounts=(("MILK", 250),), vouchers=(voucher("f" * 32),))
    station.push()
    page = console.get(f"{PAGE}?show=redemptions").text
    assert "Refused" in page
    assert "{" not in re.search(r"<table>.*</table>", page, re.S)[0]


def test_notes_come_and_go(console, ada) -> None:
    console.get(PAGE)
    assert "Likes blue" in console.send(f"{PAGE}/notes", text="Likes blue").text
    (note,) = list_notes(ada, REF)
    console.send(f"{PAGE}/notes/{note.note_id}/delete")
    assert list_notes(ada, REF) == []


def test_a_change_keeps_to_its_side(console, ada) -> None:
    put_attribute(ada, SYSTEM, Attribute("mood", "Mood", owner=Side.HQ))
    put_attribute(ada, SYSTEM, Attribute("pets", "Pets", owner=Side.CRM))
    page = console.get(f"{PAGE}/edit").text
    assert 'name="attribute.mood"' in page
    assert 'name="attribute.pets"' not in page
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    typed = {
        "version": version,
        "name": "Ada Byron",
        "home_store": "S1",
        "attribute.mood": "good",
        "reason": "x",
    }
    page = console.send(f"{PAGE}/edit", **typed)
    assert "The member is changed." in page.text
    assert "Ada Byron" in page.text
    assert "good" in page.text
    assert console.send(f"{PAGE}/edit", **typed).status_code == 400  # an older version by now


def test_two_are_merged_and_one_is_erased_behind_a_check(console, ada) -> None:
    other = "0000000000002"
    upsert_members(ada, [MemberFacts(other, "Grace H.")])
    console.get(f"/console/members/{other}")
    asked = console.send(f"/console/members/{other}/merge", into=REF, reason="One person", seen="")
    assert f"L. ({REF}) stays and takes over everything of Grace H. ({other})." in asked.text
    page = console.send(f"/console/members/{other}/merge", into=REF, reason="One person", seen=REF)
    assert "The two are one member now." in page.text
    assert other in page.text
    assert console.send(f"{PAGE}/erase", reason="They asked").status_code == 400
    assert console.send(f"{PAGE}/erase", reason="They asked", sure="1").status_code == 200
    assert console.get(PAGE).status_code == 404


def test_the_export_is_a_file_and_stands_in_the_audit(console, ada) -> None:
    console.get(PAGE)
    answer = console.send(f"{PAGE}/export", reason="They asked")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.json()["member"]["ref"] == REF
    assert [row.reason for row in list_audit(ada) if row.action == "member.exported"] == ["They asked"]


def test_a_lost_card_is_replaced(console, ada) -> None:
    console.get(PAGE)
    page = console.send(f"{PAGE}/card", number="", reason="Lost")
    assert re.search(r"M[0-9A-Z]{11}", page.text)
    assert "L2:" in page.text
    assert "L2:" in console.send(f"{PAGE}/code", reason="Again").text
    assert "L2:" not in console.get(PAGE).text


def test_a_file_is_brought_mapped_tried_and_brought_in(web, password, hq) -> None:
    """The way of somebody without script: a file, its columns, a try, its problems, and in."""
    console = Console(web)
    console.sign_in("admin", password)
    token = re.search(r'name="csrf" value="([^"]+)"', console.get("/console/imports").text)[1]
    content = b"id,name,shop\nc-1,Ada Lovelace,S1\nc-2,Grace,nowhere\n"
    body, kind = encode_multipart_formdata({"csrf": token, "file": ("crm.csv", content, "text/csv")})
    page = web.post("/console/imports", content=body, headers={"Content-Type": kind})
    place = "/console/imports/" + page.url.rpartition("/")[2].partition("?")[0]
    assert "Ada Lovelace" in page.text
    console.get(place)
    columns = {"column.0": "external_id", "column.1": "name", "column.2": "home_store"}
    console.send(place, **columns, do="try")
    work(hq)
    assert "There is no such store." in console.get(place).text
    assert "Grace" in console.get(f"{place}/problems.csv").text
    assert "No member fits." in console.get("/console/members?q=lovelace").text
    console.send(place, **columns, do="bring")
    work(hq)
    assert "Ada L." in console.get("/console/members?q=lovelace").text


def test_attributes_are_kept_and_taken_out(console, hq) -> None:
    console.get("/console/attributes")
    typed = {"name": "pets", "title": "Pets", "kind": "choice", "choices": "cat\ndog\n", "owner": "hq"}
    assert "The attribute is kept." in console.send("/console/attributes", **typed).text
    refused = console.send("/console/attributes", **{**typed, "name": "Not a name"})
    assert refused.status_code == 400
    assert 'value="Not a name"' in refused.text
    assert console.send("/console/attributes/pets/remove").status_code == 400
    assert "The attribute is gone" in console.send("/console/attributes/pets/remove", sure="1").text


def test_the_list_is_filtered_by_names(console, ada) -> None:
    page = console.get("/console/members").text
    filters = page[page.index('class="filters"') :].partition("</form>")[0]
    for name in ("store", "tier", "segment"):
        assert f'<select name="{name}">' in filters


def test_who_sees_some_stores_filters_by_them_alone(web, hq) -> None:
    link = add_office_person(
        hq, SYSTEM, name="Bea", role=Role.STORE_MANAGER, ceilings=Ceilings(stores=frozenset({"S1"}))
    )
    choose_password(hq, link.token, "correct horse battery")
    console = Console(web)
    console.sign_in("Bea", "correct horse battery")
    page = console.get("/console/members").text
    assert "Store S1" in page and "Store S2" not in page
