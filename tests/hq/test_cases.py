"""Cases: what waits for a look, entries judged again, and corrections that are postings of their own."""

import threading

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from app.core.codes import hash_number
from app.core.entry import SCAN_DENIED
from app.core.program_format import read_program
from hq import faults
from hq.campaigns.service import publish_lost, publish_program
from hq.figures import figures, ledger_sums
from hq.journal import again, judge
from hq.journal.again import judge_all_again
from hq.journal.cases import HEAD_OFFICE
from hq.journal.desk import close_case, entry_of, find_case, list_cases, post_case
from hq.journal.words import key_of
from hq.members.service import MemberFacts, upsert_members
from hq.tables import journal, member, order_fact, posting
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.protocol import Changes
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, enrol_station, program_body
from tests.hq.station import voucher as shown
from tests.hq.test_ingest import count, rows, words

WHO = "ann"
LATER = read_program(program_body(version=9))


def newer_program(hq, version=9):
    publish_program(hq, program_body(version=version))


def feed_of(station):
    page = station.session.changes(cursor=0, set_id=station.hq.set_id)
    assert isinstance(page, Changes)
    return {row.k: row.v for row in page.rows if row.t == "verdict"}


def test_a_case_says_whose_it_is_and_what_it_is_about(hq, station):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1)])
    other = enrol_station(hq, "S2")
    for minute, each in enumerate((station, other)):
        at_ms = NOW_MS + minute * 60_000
        each.order("o1", vouchers=(shown(hash_number(number), uses_max=1),), at_ms=at_ms)
        each.push()
    station.append("later_kind", {"discount": 250, "currency": "USD"})
    station.push(3)
    twice, unknown = list_cases(hq)
    assert (twice.flags, twice.owner, twice.amount, twice.unit) == (("COUPON_TWICE",), "S2", 100, "USD")
    assert (unknown.owner, unknown.amount, unknown.unit) == (HEAD_OFFICE, 250, "USD")
    assert (unknown.verdict, unknown.state, unknown.events) == ("quarantined", "open", ())
    assert [case.case_id for case in list_cases(hq, store="S2")] == [twice.case_id]
    assert entry_of(hq, unknown) == station.bodies[2]


def test_posting_a_quarantined_entry_posts_it_once_and_tells_its_station(hq, station):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    station.order("o1", program=LATER)
    assert words(station.push())[0][2] == ["UNKNOWN_PROGRAM"]
    with pytest.raises(faults.NotPossible, match="still can't"):
        post_case(hq, "C-1", who=WHO)
    newer_program(hq)
    posted = post_case(hq, "C-1", who=WHO, note="the rules are there now")
    assert (posted.verdict, posted.state) == ("posted", "closed")
    assert [(done.what, done.who, done.note) for done in posted.events] == [
        ("posted", WHO, "the rules are there now")
    ]
    assert rows(hq, member)[0].balance == 7
    assert ledger_sums(hq.database).unbalanced == 0
    with pytest.raises(faults.NotPossible, match="posted already"):
        post_case(hq, "C-1", who=WHO)
    assert (count(hq, order_fact), count(hq, posting)) == (1, 2)
    assert feed_of(station) == {
        key_of(station.owner, 1): {
            "device": station.owner.device_id,
            "epoch": 1,
            "seq": 1,
            "verdict": "posted",
            "codes": [],
            "case": "C-1",
        }
    }
    # The entry stays as it was given; the newest word is what counts, also when its push comes again.
    assert rows(hq, journal)[0].verdict == "quarantined"
    assert words(station.push()) == [(1, "posted", [])]
    assert figures(hq.database).verdicts == {"posted": 1}


def test_posting_twice_at_once_posts_once(hq, station):
    station.order("o1", program=LATER)
    station.push()
    newer_program(hq)
    start, found = threading.Barrier(2), []

    def post():
        start.wait()
        try:
            found.append(post_case(hq, "C-1", who=WHO).verdict)
        except faults.NotPossible:
            found.append("refused")

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["posted", "refused"]
    assert count(hq, order_fact) == 1


def test_an_entry_that_needs_a_look_after_posting_keeps_its_case_open(hq, station):
    record = station.order("o1", program=LATER)[0]
    station.bodies.clear()
    station.append("order", {**record, "points": 700})
    station.push()
    newer_program(hq)
    after = post_case(hq, "C-1", who=WHO)
    assert (after.verdict, after.state) == ("posted_flagged", "open")
    assert "REPLAY_DIFFERS" in after.events[0].note
    assert close_case(hq, "C-1", who=WHO, note="seen").state == "closed"


def test_closing_is_an_event_and_leaves_the_entry_alone(hq, station):
    station.append("later_kind", {})
    station.push()
    before = rows(hq, journal)
    closed = close_case(hq, "C-1", who=WHO, note="a trial")
    assert (closed.state, closed.verdict) == ("closed", "quarantined")
    assert [(done.what, done.note) for done in closed.events] == [("closed", "a trial")]
    assert rows(hq, journal) == before
    assert list_cases(hq) == []
    assert [case.case_id for case in list_cases(hq, state=None)] == ["C-1"]
    with pytest.raises(faults.NotPossible, match="closed already"):
        close_case(hq, "C-1", who=WHO)
    with pytest.raises(faults.NotHere):
        find_case(hq, "C-2")


def test_what_is_given_back_is_a_posting_of_its_own(hq, station):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    record = station.order("o1")[0]
    station.bodies.clear()
    station.append("order", {**record, "points": 700})
    station.push()
    before = rows(hq, posting)
    closed = close_case(hq, "C-1", who=WHO, note="693 too many", points=-693)
    assert [done.what for done in closed.events] == ["corrected", "closed"]
    assert [row for row in rows(hq, posting) if row not in before] != []
    assert set(before) <= set(rows(hq, posting))
    assert rows(hq, member)[0].balance == 7
    sums = ledger_sums(hq.database)
    assert (sums.balances, sums.unbalanced) == (7, 0)
    page = station.session.changes(cursor=0, set_id=hq.set_id)
    assert [row.v["balance"] for row in page.rows if row.t == "member"] == [7]


def test_what_was_closed_is_not_posted_unless_somebody_means_it(hq, station):
    station.order("o1", program=LATER)
    station.push()
    close_case(hq, "C-1", who=WHO)
    newer_program(hq)
    with pytest.raises(faults.NotPossible, match="C-1 is closed"):
        post_case(hq, "C-1", who=WHO)
    assert count(hq, posting) == 0
    assert post_case(hq, "C-1", who=WHO, is_again=True).verdict == "posted"


def test_a_closed_case_is_open_again_if_its_entry_needs_a_look_after_posting(hq, station):
    record = station.order("o1", program=LATER)[0]
    station.bodies.clear()
    station.append("order", {**record, "points": 700})
    station.push()
    close_case(hq, "C-1", who=WHO)
    newer_program(hq)
    assert post_case(hq, "C-1", who=WHO, is_again=True).state == "open"


def test_a_redemption_that_was_set_aside_waits_for_its_order(hq, station):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1)])
    station.order("o1", vouchers=(shown(hash_number(number), uses_max=1),), program=LATER)
    station.push()
    newer_program(hq)
    with pytest.raises(faults.NotPossible, match="C-1 comes first"):
        post_case(hq, "C-2", who=WHO)
    assert [post_case(hq, name, who=WHO).verdict for name in ("C-1", "C-2")] == ["posted", "posted"]


def test_cases_are_listed_in_the_order_of_their_entries(hq, station):
    for _ in range(11):
        station.append("later_kind", {})
    station.push()
    assert [case.seq for case in list_cases(hq)] == list(range(1, 12))


def test_points_need_a_member_and_nothing_is_closed_without_one(hq, station):
    station.append("later_kind", {})
    station.push()
    with pytest.raises(faults.NotPossible, match="no member"):
        close_case(hq, "C-1", who=WHO, points=5)
    assert find_case(hq, "C-1").state == "open"


@pytest.fixture
def newer_hq(monkeypatch):
    """Let HQ learn a type of entries, as an update of it would."""

    def learn(name="later_kind"):
        known = judge.JUDGES | {name: judge.JUDGES[SCAN_DENIED]}
        monkeypatch.setattr(judge, "JUDGES", known)
        monkeypatch.setattr(again, "JUDGES", known)

    return learn


def denied(station, kind="later_kind"):
    station.append(kind, {"store": "S1", "reason": "code_forged", "t_eff": 1, "brought_by_the_newer": [1]})


def test_after_an_update_what_was_not_understood_is_posted(hq, station, newer_hq):
    for _ in range(3):
        denied(station)
    station.append("yet_later", {})
    station.push()
    assert judge_all_again(hq) == 0
    newer_hq()
    assert judge_all_again(hq) == 3
    assert words(station.push()) == [(n, "posted", []) for n in (1, 2, 3)] + [
        (4, "quarantined", ["UNKNOWN_TYPE"])
    ]
    assert [case.seq for case in list_cases(hq)] == [4]
    assert len(feed_of(station)) == 3


def test_judging_again_goes_on_where_it_was_cut_off(hq, station, newer_hq, monkeypatch):
    stations = [station, enrol_station(hq, "S2")]
    for each in stations:
        for _ in range(3):
            denied(each)
        each.push()
    newer_hq()
    monkeypatch.setattr(again, "PART", 2)
    seen, real = [], again.judge_again

    def noting(hq, connection, place, numbers, **others):
        seen.extend((place.device_id, number) for number in numbers)
        return real(hq, connection, place, numbers, **others)

    monkeypatch.setattr(again, "judge_again", noting)
    parts = iter([False, False, True])
    assert judge_all_again(hq, is_over=lambda: next(parts)) == 3
    assert judge_all_again(hq) == 3
    assert len(seen) == len(set(seen)) == 6
    seen.clear()
    assert judge_all_again(hq) == 0
    assert seen == []  # this program has been through


def test_a_program_that_was_lost_lets_its_entries_be_posted(hq, station):
    newer_program(hq, version=12)
    station.order("o1", program=LATER)
    station.push()
    with pytest.raises(faults.NotPossible, match="publish it as new"):
        publish_lost(hq, program_body(version=13))
    with pytest.raises(faults.NotPossible, match="holds a version"):
        publish_lost(hq, program_body(version=12))
    assert judge_all_again(hq) == 0
    publish_lost(hq, program_body(version=9))
    assert judge_all_again(hq) == 1
    page = station.session.changes(cursor=0, set_id=hq.set_id)
    assert page.program_version == 12


def test_a_redemption_and_its_order_pass_together(hq, station):
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=1)])
    station.order("o1", vouchers=(shown(hash_number(number), uses_max=1),), program=LATER)
    station.push()
    newer_program(hq)
    assert judge_all_again(hq) == 2
    assert words(station.push()) == [(1, "posted", []), (2, "posted", [])]
    with hq.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(order_fact)).scalar_one() == 1


def test_an_entry_whose_id_is_anothers_stays_aside(hq, station):
    record = station.order("o1")[0]
    entry_id = station.append("later_kind", record)
    station.append("later_kind", record, entry_id=entry_id)
    station.push()
    for name in ("C-1", "C-2"):
        with pytest.raises(faults.NotPossible):
            post_case(hq, name, who=WHO)


def test_a_push_of_today_answers_with_the_same_word_for_each_entry(station):
    station.order("o1")
    first = station.push()
    assert replace(station.push(), time_ms=first.time_ms) == first
