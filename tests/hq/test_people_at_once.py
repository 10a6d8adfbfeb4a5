"""People of head office who do the same at once: it ends as if they had come one after the other."""

from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import select

from app.core.program_format import read_program
from hq.access.actor import SYSTEM
from hq.access.scopes import Role
from hq.campaigns.service import publish_program
from hq.faults import NotPossible
from hq.members.giving import adjust_points
from hq.members.service import MemberFacts, upsert_members
from hq.redemptions import making
from hq.redemptions.making import redeem_past
from hq.redemptions.past import PastAsked
from hq.staff import office
from hq.tables import journal
from tests.databases import on, wait_until_over_or_blocked
from tests.hq.station import NOW_MS, REF
from tests.hq.test_past_redemptions import with_offer
from tests.hq.test_writers_at_once import at_once, balances

pytestmark = on("postgresql")  # SQLite has one writer
OTHER = "0000000000002"


def test_points_of_many_members_are_given_at_once(hq) -> None:
    refs = [f"{n:013}" for n in range(1, 17)]
    upsert_members(hq, [MemberFacts(ref, "") for ref in refs])
    at_once(*(lambda ref=ref: adjust_points(hq, SYSTEM, ref, 3, reason="x") for ref in refs))
    assert balances(hq) == dict.fromkeys(refs, 3)


def test_an_order_of_nobody_is_redeemed_for_by_one_member(hq, station, monkeypatch) -> None:
    publish_program(hq, with_offer(2, trigger="choice"))
    upsert_members(hq, [MemberFacts(REF, "Ada L."), MemberFacts(OTHER, "Bea M.")])
    program = read_program(with_offer(2, trigger="choice"))
    station.order(ref=None, amounts=(("TEA", 6_000),), program=program, at_ms=NOW_MS + 1_000)
    station.push()
    with hq.database.reading() as connection:
        entry_id = connection.execute(select(journal.c.entry_id)).scalar_one()
    asked, real = PastAsked(order_entry=entry_id, rule="sorry"), making.judge_past
    judged: list[str] = []
    others: list[Future] = []

    def judge(hq, connection, ref, asked):
        found = real(hq, connection, ref, asked)
        judged.append(ref)
        if judged == [REF, REF]:  # for good now: somebody else comes in between
            others.append(threads.submit(redeem_past, hq, SYSTEM, OTHER, asked, reason="x"))
            wait_until_over_or_blocked(hq, others[0])
        return found

    monkeypatch.setattr(making, "judge_past", judge)
    with ThreadPoolExecutor(1) as threads:
        assert redeem_past(hq, SYSTEM, REF, asked, reason="x").is_posted
        assert isinstance(others[0].exception(), NotPossible)


def test_a_name_is_given_once_however_it_is_written(hq) -> None:
    names = ["Tim", "TIM", "tim", "tIM", "Tim", "tiM"]
    done = at_once(
        *(
            lambda name=name: office.add_office_person(hq, SYSTEM, name=name, role=Role.ANALYST)
            for name in names
        )
    )
    assert [type(each) for each in done].count(NotPossible) == len(names) - 1


def test_one_administrator_stays_when_all_are_removed_at_once(hq) -> None:
    for name in ("Ada", "Bea"):
        office.add_office_person(hq, SYSTEM, name=name, role=Role.ADMIN)
    admins = [each.name for each in office.list_office(hq)]
    done = at_once(*(lambda name=name: office.remove_office_person(hq, SYSTEM, name) for name in admins))
    faults = [each for each in done if isinstance(each, NotPossible)]
    assert (len(admins), len(faults), len(office.list_office(hq))) == (3, 1, 1)
