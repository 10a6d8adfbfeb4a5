"""Two members who were merged: who may spend, what stations hear, and what comes afterwards."""

import json

import pytest
import zstandard
from msgspec.json import decode
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.authority import points_scope
from app.core.codes import hash_number
from hq import faults
from hq.audit.service import list_audit
from hq.authority.holding import who_may_spend
from hq.authority.home import DAY_MS, give_back
from hq.authority.writing_off import write_off
from hq.journal.desk import close_case, list_cases
from hq.members import kept, kept_merges
from hq.members.erasing import erase_member
from hq.members.exporting import export_member
from hq.members.merging import merge_again
from hq.members.service import MemberFacts, add_member, issue_code, roll_code, upsert_members
from hq.members.store import account
from hq.snapshot import make_manifest
from hq.stores.devices import read_device, revoke
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.protocol import Manifest
from tests.hq.leasing import ask, gift_program, publish
from tests.hq.merging import GONE, NUMBER, STAYS, THIRD, merge, of, points
from tests.hq.station import NOW_MS, VOUCHER_RULE, enrol_station, program_body
from tests.hq.test_erasing import accounts
from tests.hq.test_feed import Reader
from tests.hq.test_ingest import words
from tests.hq.test_overspent import REWARDS, spend


def snapshot_of(hq, station):
    """What is in the snapshot that this station would get."""
    with hq.database.reading() as connection:
        manifest = make_manifest(hq, read_device(connection, station.owner.device_id))
    (file,) = decode(manifest.body, type=Manifest).files
    return zstandard.ZstdDecompressor().decompressobj().decompress((hq.snapshots / file.name).read_bytes())


def facts(station):
    return Reader(station).read().rows


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
    given_back(hq)  # a day later they may both be cut off, and spend by what they read before
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


def test_a_station_that_leads_later_holds_nothing_that_another_may_still_spend(hq, station, elsewhere):
    publish(hq, gift_program())
    upsert_members(hq, [MemberFacts(GONE, home_store="S2"), MemberFacts(STAYS, home_store="S1")])
    ask(elsewhere)
    merge(hq)
    ask(station)  # the first of its store
    assert facts(station)["member", STAYS]["holder"] is None
    assert may_spend(hq) == {elsewhere.owner.device_id}
    elsewhere.push(pull_cursor=Reader(elsewhere).read().cursor)
    given_back(hq)
    assert facts(station)["member", STAYS]["holder"] == station.owner.device_id


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
    assert [(row.about, row.who) for row in list_audit(hq) if row.action == "member.merged"] == [
        (f"member:{GONE}", "hq")
    ]
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
