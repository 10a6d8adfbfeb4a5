"""Two members who are one person: what HQ makes of them, of entries that still name the one who went, and its words."""

import json
from itertools import permutations

import pytest
import zstandard
from msgspec.json import decode
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.authority import points_scope
from app.core.codes import hash_number
from app.core.pins import Role
from hq import faults
from hq.authority.counters import read as read_counters
from hq.authority.counters import uses_of
from hq.authority.exposure import exposure
from hq.authority.holding import who_may_spend
from hq.authority.home import DAY_MS, give_back
from hq.authority.settling import OVERSPENT
from hq.authority.tables import reservation
from hq.authority.writing_off import write_off
from hq.figures import figures, ledger_sums
from hq.journal.desk import close_case, list_cases
from hq.members import kept, kept_merges
from hq.members.erasing import erase_member
from hq.members.exporting import export_member
from hq.members.merged import survivors
from hq.members.merging import merge_again, merge_members, what_merges
from hq.members.service import MemberFacts, add_member, issue_code, reissue_code, roll_code, upsert_members
from hq.members.store import account
from hq.snapshot import make_manifest
from hq.staff.people import add_person
from hq.stops.service import stop_it
from hq.stores.devices import read_device, revoke
from hq.tables import card, member, member_scope, posting, store_staff, voucher
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.authority_wire import Asked, AuthorizeRequest
from sync.protocol import Manifest
from tests.hq.asking import REWARD, asking_program
from tests.hq.leasing import ask, gift_program, publish
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, enrol_station, program_body
from tests.hq.test_erasing import accounts
from tests.hq.test_feed import REFS, Reader
from tests.hq.test_ingest import rows, words
from tests.hq.test_overspent import MINUTE_MS, REWARDS, balance_of, earn, flags_of, spend

GONE, STAYS, THIRD = REF, REFS[0], REFS[1]
NUMBER = "M123456789012"
# Of three stations and the merging, which comes at each place.
SOME_TURNS = [*list(permutations(range(4)))[::3], (0, 3, 1, 2), (2, 3, 0, 1)]


@pytest.fixture
def two(hq):
    upsert_members(hq, [
        MemberFacts(GONE, "Zenobia Q.", NUMBER, tier="gold", home_store="S1"),
        MemberFacts(STAYS, "Zen Q.", home_store="S1"),
    ])  # fmt: skip
    return hq


@pytest.fixture
def elsewhere(hq):
    return enrol_station(hq, "S2")


def merge(hq, ref=GONE, into=STAYS):
    return merge_members(hq, ref, into, who="ann")


def of(hq, station):
    station.hq = hq
    return station


def points(hq):
    """What HQ says each member has."""
    return {row.ref: row.balance for row in rows(hq, member)}


def snapshot_of(hq, station):
    """What is in the snapshot that this station would get."""
    with hq.database.reading() as connection:
        manifest = make_manifest(hq, read_device(connection, station.owner.device_id))
    (file,) = decode(manifest.body, type=Manifest).files
    return zstandard.ZstdDecompressor().decompressobj().decompress((hq.snapshots / file.name).read_bytes())


def facts(station):
    return Reader(station).read().rows


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


# --- who may spend by a home lease -----------------------------------------------------------------------------------


def may_spend(hq, ref=STAYS):
    with hq.database.reading() as connection:
        return who_may_spend(connection, points_scope(ref))


def given_back(hq):
    with hq.database.atomic() as connection:
        return give_back(connection, now_ms=NOW_MS + DAY_MS)


def test_one_station_that_holds_both_holds_the_one(two, station):
    publish(two, gift_program())
    ask(station)
    merge(two)
    assert facts(station)["member", STAYS]["holder"] == station.owner.device_id
    assert may_spend(two) == may_spend(two, GONE) == {station.owner.device_id}


def test_of_two_that_hold_one_each_nobody_spends_the_sum_until_both_have_let_go(hq, station, elsewhere):
    publish(hq, gift_program())
    upsert_members(hq, [MemberFacts(GONE, home_store="S2"), MemberFacts(STAYS, home_store="S1")])
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, 1, GONE)])
    ask(station), ask(elsewhere)
    here, there = Reader(station).read(), Reader(elsewhere).read()
    merge(hq)
    here.read(), there.read()
    assert here.rows["member", STAYS]["holder"] is there.rows["member", STAYS]["holder"] is None
    assert there.rows["voucher", hash_number(number)]["holder"] is None
    assert may_spend(hq) == {station.owner.device_id, elsewhere.owner.device_id}
    station.push(pull_cursor=here.cursor)
    given_back(hq)
    assert here.read().rows["member", STAYS]["holder"] is None  # the other may be cut off, and spend its part
    assert may_spend(hq) == {elsewhere.owner.device_id}
    elsewhere.push(pull_cursor=there.cursor)
    assert may_spend(hq) == set()
    given_back(hq), given_back(hq)
    assert here.read().rows["member", STAYS]["holder"] == station.owner.device_id
    assert may_spend(hq) == {station.owner.device_id}


def test_a_holder_that_never_comes_back_is_written_off(hq, station, elsewhere):
    publish(hq, gift_program())
    upsert_members(hq, [MemberFacts(GONE, home_store="S2"), MemberFacts(STAYS, home_store="S1")])
    ask(station), ask(elsewhere)
    merge(hq)
    here = Reader(station).read()
    station.push(pull_cursor=here.cursor)
    revoke(hq, elsewhere.owner.device_id)
    write_off(hq, elsewhere.owner.device_id, who="ann")
    given_back(hq)
    assert here.read().rows["member", STAYS]["holder"] == station.owner.device_id


# --- what stations hear ----------------------------------------------------------------------------------------------


def test_every_station_hears_where_a_card_leads_and_each_that_held_one_gets_the_survivor(
    two, station, elsewhere
):
    elsewhere.order("o1")
    elsewhere.push()
    before = Reader(elsewhere).read()
    assert ("member", STAYS) not in before.rows
    merge(two)
    alias = {"ref": GONE, "survivor": STAYS, "number_hash": hash_number(NUMBER), "codes_from_ms": 0}
    for told in (before.read().rows, facts(station), facts(enrol_station(two, "S2"))):
        assert told["alias", GONE] == alias and told.get(("member", GONE)) is None
        assert told["member", STAYS]["balance"] == 7
    order = [row.t for row in elsewhere.session.changes(cursor=0, set_id=two.set_id).rows]
    assert order.index("alias") < order.index("member")
    assert b"alias" in snapshot_of(two, station)


def test_codes_that_are_rolled_are_those_of_the_one_who_went_too(two, station):
    merge(two)
    roll_code(two, STAYS)
    told = facts(station)
    assert told["alias", GONE]["codes_from_ms"] == told["member", STAYS]["codes_from_ms"] > NOW_MS


def test_a_correction_for_a_case_of_the_one_who_went_is_the_survivors(two, station):
    program = publish(two, program_body(2, campaigns=[REWARDS]))
    spend(station, program, GONE, 1)
    station.push()
    merge(two)
    (case,) = list_cases(two)
    close_case(two, case.case_id, who="ann", points=50)
    assert points(two) == {STAYS: 2}


# --- erased, exported, put back --------------------------------------------------------------------------------------


def test_whoever_is_erased_is_erased_under_every_reference(two, station, folder):
    issue_code(two, GONE)
    station.order("o1")
    merge(two)
    assert len(export_member(two, STAYS)["orders"]) == 0
    station.push()
    found = export_member(two, STAYS)
    assert (found["aliases"], len(found["orders"]), len(found["postings"])) == ([GONE], 1, 1)
    reader = Reader(station).read()
    erase_member(two, STAYS)
    told = reader.read().rows
    assert told["alias", GONE] is told["member", STAYS] is None
    assert kept.kept_refs(folder) == {GONE, STAYS} and kept_merges.all_kept(folder) == []
    station.order("o2"), station.order("o3", ref=STAYS)
    assert words(station.push(2)) == [(n, "posted_flagged", ["MEMBER_ERASED"]) for n in (2, 3)]
    found = accounts(two)
    assert found[account(GONE), "points"] == found[account(STAYS), "points"] == 0
    assert found["breakage", "points"] == 21 and points(two) == {}
    add_member(two, MemberFacts(THIRD))
    for ref, into in ((GONE, THIRD), (THIRD, STAYS)):
        with pytest.raises(faults.NotPossible, match="was erased"):
            merge(two, ref, into)


def test_an_hq_put_back_from_a_backup_merges_again(two, station, put_back):
    hq, restore = put_back(two)
    of(hq, station)
    merge(hq)
    station.order("o1"), station.order("o2", ref=STAYS)
    station.push()
    Reader(station).read()
    hq.mark.close()
    hq = restore(hq)
    of(hq, station).push()
    assert points(hq) == {GONE: 7, STAYS: 7}
    assert merge_again(hq) == 1 and merge_again(hq) == 0
    assert points(hq) == {STAYS: 14} and merge(hq).is_repeat


def test_a_merging_that_was_lost_with_its_members_is_made_good_once_they_are_back(two, station, put_back):
    hq, restore = put_back(two)
    upsert_members(hq, [MemberFacts(THIRD, home_store="S1")])
    merge(hq, THIRD, STAYS)
    of(hq, station).order("o1", ref=THIRD)
    station.push()
    hq = restore(hq)
    of(hq, station).push()
    assert merge_again(hq) == 0 and points(hq) == {GONE: 0, STAYS: 0}
    upsert_members(hq, [MemberFacts(THIRD, home_store="S1")])
    assert merge_again(hq) == 1 and points(hq) == {GONE: 0, STAYS: 7}


def test_the_command_says_what_each_has_and_does_it_on_a_word(two, folder):
    say = CliRunner()
    asked = say.invoke(hq_cli, ["member", "merge", GONE, STAYS, "--dir", str(folder)])
    assert json.loads(asked.output.splitlines()[0])["goes"]["name"] == "Zenobia Q."
    assert "Nothing was changed" in asked.output and set(points(two)) == {GONE, STAYS}
    done = say.invoke(hq_cli, ["member", "merge", GONE, STAYS, "--confirm", "--dir", str(folder)])
    assert f"Member {GONE} is merged into {STAYS}" in done.output and set(points(two)) == {STAYS}
    again = say.invoke(hq_cli, ["member", "merge", GONE, STAYS, "--confirm", "--dir", str(folder)])
    assert again.exit_code == 0 and "before. Nothing was changed" in again.output
    itself = say.invoke(hq_cli, ["member", "merge", STAYS, STAYS, "--confirm", "--dir", str(folder)])
    assert itself.exit_code == 1 and "into themselves" in itself.output
    added = say.invoke(hq_cli, ["member", "Ann B.", "--dir", str(folder)])
    assert json.loads(added.output)["ref"] in points(two)
