"""The kill switch in the console, without script: an offer, a card and a code are stopped, counted and let go."""

import re

from app.core.stops import PROGRAM
from hq.campaigns.service import publish_program
from hq.members.service import MemberFacts, upsert_members
from hq.stops.service import list_stops
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.station import REF, enrol_station, program_body
from tests.hq.test_stops import REFERRALS

PLACE = "/console/stops"
NUMBER = "M000000000017"


def stopped(hq) -> list[str]:
    return [each.period.what for each in list_stops(hq) if not each.period.is_over]


def test_an_offer_a_card_and_a_code_are_stopped_counted_and_let_go(hq, console) -> None:
    enrol_station(hq, "S1")
    upsert_members(hq, [MemberFacts(REF, name="Ada L.", number=NUMBER)])
    (code,) = create_vouchers(hq, [NewVoucher("v13")])
    assert "Nothing is stopped." in console.get(PLACE).text
    page = console.send(PLACE, what="rule:v13", note="wrong price").text
    assert "It is stopped." in page and "wrong price" in page and "Heard by 0 of 1 stations" in page
    console.send(PLACE, what="member:", name=NUMBER)
    console.send(PLACE, what="code:", name=code)
    assert len(stopped(hq)) == 3 and {"rule:v13", f"member:{REF}"} < set(stopped(hq))
    page = console.get(PLACE).text
    assert f"/console/members/{REF}" in page and code not in page
    assert "It was stopped already." in console.send(PLACE, what="rule:v13").text
    assert "It is let go." in console.send(f"{PLACE}/lift", what=f"member:{REF}").text
    assert f"member:{REF}" not in stopped(hq)
    console.send(PLACE, what=PROGRAM)
    assert "The whole program" in console.get(PLACE).text and PROGRAM in stopped(hq)


def test_what_can_not_be_stopped_is_said_and_what_was_typed_stays(hq, console) -> None:
    console.get(PLACE)
    for name in ("", "nobody"):
        page = console.send(PLACE, what="member:", name=name, note="found on the bus")
        assert (
            page.status_code == 404 and "There is no member" in page.text and "found on the bus" in page.text
        )
    assert "There is no voucher with this number." in console.send(PLACE, what="code:", name="V1").text
    assert console.send(PLACE, what="", note="x").status_code == 404
    assert stopped(hq) == []


def test_what_a_page_named_is_chosen_already(hq, console) -> None:
    publish_program(hq, program_body(2, referrals=REFERRALS))
    place = re.search(
        r'href="(/console/stops\?what=referral[^"#]+)', console.get("/console/program/referrals").text
    )[1]
    assert '<option value="referral:friends" selected>friends' in console.get(place).text
    assert "/console/stops?what" not in console.get("/console/program/milestones").text
