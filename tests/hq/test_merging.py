"""Two members who are one person: what the books say, of entries that still name the one who went too."""

from itertools import permutations

import pytest

from app.core.authority import points_scope
from app.core.codes import hash_number
from app.core.pins import Role
from hq import faults
from hq.authority.counters import read as read_counters
from hq.authority.counters import uses_of
from hq.authority.exposure import exposure
from hq.authority.settling import OVERSPENT
from hq.authority.tables import reservation
from hq.figures import figures, ledger_sums
from hq.journal.desk import list_cases
from hq.members.erasing import erase_member
from hq.members.exporting import export_member
from hq.members.merged import survivors
from hq.members.merging import what_merges
from hq.members.service import MemberFacts, add_member, issue_code, reissue_code, upsert_members
from hq.members.store import account
from hq.staff.people import add_person
from hq.stops.service import stop_it
from hq.tables import card, member, member_scope, posting, store_staff, voucher
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.authority_wire import Asked, AuthorizeRequest
from tests.hq.asking import REWARD, asking_program
from tests.hq.leasing import gift_program, publish
from tests.hq.merging import GONE, NUMBER, STAYS, THIRD, merge, points
from tests.hq.station import NOW_MS, VOUCHER_RULE, enrol_station, program_body
from tests.hq.test_erasing import accounts
from tests.hq.test_feed import REFS
from tests.hq.test_ingest import rows, words
from tests.hq.test_overspent import MINUTE_MS, REWARDS, balance_of, earn, flags_of, spend
from tests.hq.undoing import undo

# Of three stations and the merging, which comes at each place.
SOME_TURNS = [*list(permutations(range(4)))[::3], (0, 3, 1, 2), (2, 3, 0, 1)]


# --- what one of them has is the other's -----------------------------------------------------------------------------


def test_all_that_one_had_is_the_survivors_and_the_sums_stay(two, station):
    (number,) = create_vouchers(two, [NewVoucher(VOUCHER_RULE, 1, GONE)])
    issue_code(two, GONE), issue_code(two, STAYS)
    person = add_person(two, store_id="S2", name="Z", role=Role.CASHIER, pin="7392", member=GONE).staff_id
    station.order("o1"), station.order("o2", ref=STAYS)
    station.push()
    before = ledger_sums(two.database)
    done = merge(two)
    assert (done.joined.points, done.joined.vouchers, done.is_repeat) == (7, 1, False)
    assert points(two) == {STAYS: 14} and ledger_sums(two.database) == before
    assert accounts(two)[account(GONE), "points"] == 0 and sum(accounts(two).values()) == 0
    (stays,) = rows(two, member)
    assert (stays.name, stays.tier) == ("Zen Q.", "")  # their own facts stay
    assert [(row.code_hash, row.owner) for row in rows(two, voucher)] == [(hash_number(number), STAYS)]
    assert [(row.staff_id, row.member) for row in rows(two, store_staff)] == [(person, STAYS)]
    assert (
        {row.member for row in rows(two, card)} == {row.member for row in rows(two, member_scope)} == {STAYS}
    )
    assert figures(two.database).members == 1


def test_in_whichever_order_entries_and_merging_come_the_books_are_the_same(hq):
    for n, turns in enumerate(permutations(range(3))):
        gone, stays = f"{n:012d}A", f"{n:012d}B"
        upsert_members(hq, [MemberFacts(gone, home_store="S1"), MemberFacts(stays, home_store="S1")])
        first, second = enrol_station(hq, "S1"), enrol_station(hq, "S2")
        first.order("o1", ref=gone), second.order("o2", ref=stays), second.order("o3", ref=gone)
        steps = [first.push, second.push, lambda gone=gone, stays=stays: merge(hq, gone, stays)]
        for turn in turns:
            steps[turn]()
        assert words(first.push()) == [(1, "posted", [])]  # sent again: counted once
        assert [word for _, word, _ in words(second.push())] == ["posted", "posted"]
        found = accounts(hq)
        assert (found[account(stays), "points"], found.get((account(gone), "points"), 0)) == (21, 0)
        assert points(hq)[stays] == 21 and gone not in points(hq)
        assert sorted(row.store for row in rows(hq, member_scope) if row.member == stays) == ["S1", "S2"]
        assert figures(hq.database).members == n + 1


def test_chains_lead_to_the_last_and_each_word_is_clear(two, station):
    upsert_members(two, [MemberFacts(THIRD, home_store="S2")])
    merge(two)
    merge(two, STAYS, THIRD)
    station.order("o1"), station.order("o2", ref=STAYS)
    station.push()
    assert points(two) == {THIRD: 14}
    with two.database.reading() as connection:
        assert survivors(connection, [GONE, STAYS]) == {GONE: THIRD, STAYS: THIRD}
    assert merge(two, GONE, THIRD).is_repeat and merge(two).is_repeat  # they are one
    for ref, into, said in (
        (THIRD, THIRD, "into themselves"),
        (THIRD, GONE, f"Member {GONE} was merged into {THIRD} before"),
        (GONE, REFS[2], f"Member {GONE} was merged into {THIRD} before"),
        (REFS[2], THIRD, f"There is no member {REFS[2]}"),
        (THIRD, REFS[2], f"There is no member {REFS[2]}"),
        ("?", THIRD, "no member reference"),
    ):
        with pytest.raises((faults.NotPossible, faults.NotHere), match=said.replace("?", r"\?")):
            merge(two, ref, into)
    assert points(two) == {THIRD: 14}


def test_merged_twice_is_one_merging(two, station):
    station.order("o1")
    station.push()
    merge(two)
    postings = len(rows(two, posting))
    assert merge(two).is_repeat and what_merges(two, GONE, STAYS) == {"ref": GONE, "merged_into": STAYS}
    assert len(rows(two, posting)) == postings and points(two) == {STAYS: 7}


def test_nobody_is_made_of_an_alias_again(two):
    merge(two)
    with pytest.raises(faults.NotPossible, match=f"merged into {STAYS}"):
        upsert_members(two, [MemberFacts(GONE, "Zenobia")])
    with pytest.raises(faults.NotPossible, match=f"merged into {STAYS}"):
        add_member(two, MemberFacts(GONE, "Zenobia"))
    with pytest.raises(faults.NotPossible, match=f"leads to {STAYS}"):
        upsert_members(two, [MemberFacts(THIRD, "Somebody", NUMBER)])
    upsert_members(two, [MemberFacts(STAYS, "Zen Q.", NUMBER, home_store="S1")])  # it is theirs by now
    for asks in (reissue_code, export_member, erase_member):
        with pytest.raises((faults.NotHere, faults.NotPossible), match=f"merged into {STAYS}"):
            asks(two, GONE)
    with pytest.raises(faults.NotHere, match=f"merged into {STAYS}"):
        stop_it(two, f"member:{GONE}")
    assert points(two) == {STAYS: 0}


def test_who_is_stopped_is_not_freed_by_it(two):
    stop_it(two, f"member:{GONE}")
    with pytest.raises(faults.NotPossible, match="is stopped"):
        merge(two)
    merge(two, STAYS, GONE)
    assert points(two) == {GONE: 0}


# --- both spend while they are cut off -------------------------------------------------------------------------------


def test_who_spent_what_was_no_more_there_is_told_of_both_accounts_together(hq):
    """60 of each; one spends 50 twice in two shops, the other 50 in a third: the last by time has 24 of 50.

    In all orders in which the three and the merging can come, also where the second was flagged before.
    """
    program = publish(hq, program_body(2, campaigns=[REWARDS]))
    stations = [enrol_station(hq, store) for store in ("S1", "S2", "S1")]
    for n, turns in enumerate(SOME_TURNS):
        gone, stays = f"{n:012d}A", f"{n:012d}B"
        upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (gone, stays)])
        firsts = [len(each.bodies) + 1 for each in stations]
        earn(stations[0], program, gone, 0), earn(stations[0], program, stays, 1)
        stations[0].push(firsts[0])
        firsts[0] += 2
        before = balance_of(hq, OVERSPENT)
        spends = zip(stations, (gone, gone, stays), (2, 3, 4), strict=True)
        for each, ref, minute in spends:
            spend(each, program, ref, minute)
        for turn in turns:
            stations[turn].push(firsts[turn]) if turn < len(stations) else merge(hq, gone, stays)
        told = [flags_of(hq, each, first) for each, first in zip(stations, firsts, strict=True)]
        assert told == [[[], []], [[], []], [[], ["OVERSPENT"]]]
        assert balance_of(hq, OVERSPENT) - before == 26  # 120 - 100 and two points of each order before
        assert points(hq)[stays] == balance_of(hq, account(stays)) == 120 - 150 + 6
        assert [each.happened_points for each in exposure(hq, member=gone)] == [26]
    assert {case.device for case in list_cases(hq)} == {stations[2].owner.device_id}
    assert ledger_sums(hq.database).unbalanced == 0


def test_points_that_one_earned_later_were_not_there_when_the_other_spent(hq):
    program = publish(hq, program_body(2, campaigns=[REWARDS]))
    earning, spending = enrol_station(hq, "S1"), enrol_station(hq, "S2")
    for n, turns in enumerate(permutations(range(3))):
        gone, stays = f"{n:012d}A", f"{n:012d}B"
        upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (gone, stays)])
        firsts = [len(each.bodies) + 1 for each in (earning, spending)]
        earn(earning, program, gone, 5), spend(spending, program, stays, 2)
        steps = [
            lambda first=firsts[0]: earning.push(first),
            lambda first=firsts[1]: spending.push(first),
            lambda gone=gone, stays=stays: merge(hq, gone, stays),
        ]
        for turn in turns:
            steps[turn]()
        assert flags_of(hq, spending, firsts[1]) == [[], ["OVERSPENT"]], turns


def use(station, program, ref, minute, campaign):
    keys = (f"members:{campaign}", f"member_counted:{campaign}", f"member_uses:{campaign}")
    station.order(
        f"{campaign}-{ref}",
        ref=ref,
        amounts=(("TEA", 500),),
        at_ms=NOW_MS + minute * MINUTE_MS,
        program=program,
        known=dict.fromkeys(keys, 0),
    )


def test_a_limit_for_each_member_is_one_for_both_and_so_is_a_place_among_the_first(hq):
    """Each uses at five and ten what a member may use once and two members may use; Ben is the third, at fifteen.

    They are one: the use at ten is one too many of theirs, and Ben has the second place.
    """
    ben = "000000000000C"
    upsert_members(hq, [MemberFacts(ben, home_store="S1")])
    stations = [enrol_station(hq, store) for store in ("S1", "S2", "S1")]
    for n, turns in enumerate(SOME_TURNS):
        gone, stays, name = f"{n:012d}A", f"{n:012d}B", f"g{n}"
        limits = {"members": 2, "member_uses": [{"at_most": 1}]}
        program = publish(hq, gift_program(version=n + 2, offline="always", id=name, limits=limits))
        upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (gone, stays)])
        firsts = [len(each.bodies) + 1 for each in stations]
        for each, ref, minute in zip(stations, (gone, stays, ben), (5, 10, 15), strict=True):
            use(each, program, ref, minute, name)
        before = balance_of(hq, OVERSPENT, "USD")
        for turn in turns:
            stations[turn].push(firsts[turn]) if turn < len(stations) else merge(hq, gone, stays)
        told = [flags_of(hq, each, first) for each, first in zip(stations, firsts, strict=True)]
        assert told == [[[]], [["OVERSPENT"]], [[]]], turns
        assert balance_of(hq, OVERSPENT, "USD") - before == 100
        with hq.database.reading() as connection:
            assert read_counters(connection, [f"members:{name}"]) == {f"members:{name}": 2}
            assert uses_of(connection, [gone, stays]) == {stays: {name: {"2017-11-06": 2}}}


def test_what_was_promised_on_line_is_held_against_the_one_account(hq, station, elsewhere):
    program = publish(hq, asking_program())
    upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (GONE, STAYS)])
    earn(station, program, GONE, 0)
    station.push()

    def asks(at, ref, order_id):
        asked = [Asked(name=order_id, rule=REWARD, campaign="rewards", points=50)]
        return at.session.authorize(
            AuthorizeRequest(
                epoch=1, order_id=order_id, member=ref, level="A2", program_version=2, asked=asked, total=500
            )
        ).words[0]

    assert asks(station, GONE, "o1").reservation
    merge(hq)
    assert [row.scope for row in rows(hq, reservation)] == [points_scope(STAYS)]
    assert asks(elsewhere, STAYS, "o2").reason == asks(elsewhere, GONE, "o3").reason == "insufficient_points"
    earn(station, program, STAYS, 1)
    station.push(2)
    assert asks(
        elsewhere, GONE, "o4"
    ).reservation  # of 120 less 50, under the reference that the station knows
    assert {row.scope for row in rows(hq, reservation)} == {points_scope(STAYS)}


def test_what_the_one_who_went_had_is_undone_at_the_survivors(hq):
    """An order that earns, pays with points and uses what each may use once is voided, before or after the merging."""
    for n, turns in enumerate(permutations(range(3))):
        gone, stays, name = f"{n:012d}A", f"{n:012d}B", f"g{n}"
        limits = {"members": 2, "member_uses": [{"at_most": 1}]}
        program = publish(hq, gift_program(version=n + 2, offline="always", id=name, limits=limits))
        upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in (gone, stays)])
        station, other = enrol_station(hq, "S1"), enrol_station(hq, "S2")
        use(other, program, stays, 5, name)
        other.push()
        use(station, program, gone, 10, name)
        undo(station, f"{name}-{gone}", program=program)
        steps = [
            lambda station=station: station.push(1, 1),
            lambda gone=gone, stays=stays: merge(hq, gone, stays),
            lambda station=station: station.push(),
        ]
        for turn in turns:
            steps[turn]()
        assert flags_of(hq, station) == [[], []] and flags_of(hq, other) == [[]]
        assert points(hq)[stays] == balance_of(hq, account(stays)) == 4
        assert balance_of(hq, account(gone)) == balance_of(hq, OVERSPENT, "USD") == 0
        with hq.database.reading() as connection:
            assert read_counters(connection, [f"members:{name}"]) == {f"members:{name}": 1}
            assert uses_of(connection, [gone, stays])[stays][name]["2017-11-06"] == 1


def test_whoever_undoes_for_the_survivors_account_is_seen_also_where_the_order_names_the_other(two, station):
    cashier = add_person(two, store_id="S1", name="Z", role=Role.CASHIER, pin="7392", member=STAYS).staff_id
    station.order("o1")
    undo(station, cashier=cashier)
    merge(two)
    assert words(station.push())[-1] == (2, "posted_flagged", ["SELF_DEAL", "UNAPPROVED"])
