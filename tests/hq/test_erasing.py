"""A member who is erased: what HQ forgets, what its books say then, and that nothing brings the member back."""

import json
from itertools import permutations

import pytest
from sqlalchemy import func, insert, select
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.codes import hash_number
from app.core.pins import Role
from app.ids import new_ref
from hq import faults
from hq.access.actor import SYSTEM
from hq.access.tables import idempotency
from hq.audit.service import check_chain, list_audit
from hq.authority.counters import note_uses
from hq.authority.tables import member_use
from hq.benefits.events import NewEvent, hear
from hq.home import open_hq
from hq.journal.case_tables import case
from hq.journal.desk import close_case
from hq.mark import MARK_FILE
from hq.members import erasing, kept
from hq.members.erasing import erase_member, forget_files
from hq.members.exporting import DAY_MS, export_member
from hq.members.service import MemberFacts, add_member, issue_code, upsert_members
from hq.snapshot import make_manifest
from hq.staff.people import add_person
from hq.stores.devices import read_device
from hq.tables import (
    card,
    feed,
    journal,
    member,
    member_scope,
    metadata,
    phone_token,
    posting,
    store_staff,
    voucher,
)
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.databases import OnPostgres, on
from tests.hq.station import REF, VOUCHER_RULE, enrol_station
from tests.hq.station import voucher as shown
from tests.hq.test_feed import REFS, Reader
from tests.hq.test_ingest import count, rows, words
from tests.hq.test_writers_at_once import pushed_while_it_stands

NAME, NUMBER = "Zenobia Q.", "M123456789012"
OTHER = REFS[0]


@pytest.fixture
def known(hq):
    """Two members, of whom one is to be erased."""
    upsert_members(hq, [MemberFacts(REF, NAME, NUMBER, home_store="S1"), MemberFacts(OTHER, home_store="S1")])
    return hq


def accounts(hq):
    """What lies on each account."""
    with hq.database.reading() as connection:
        of = posting.c.account, posting.c.unit
        statement = select(*of, func.sum(posting.c.amount)).group_by(*of)
        return {(row[0], row[1]): int(row[2]) for row in connection.execute(statement)}


def everything(hq):
    """Every value of every table, as text."""
    with hq.database.reading() as connection:
        found = [connection.execute(select(table)).all() for table in metadata.sorted_tables]
    return "\n".join(str(row) for table in found for row in table)


def test_no_table_holds_anything_of_them_but_a_random_reference(known, station):
    issue_code(known, REF)
    _, others = create_vouchers(known, [NewVoucher(VOUCHER_RULE, 1, REF), NewVoucher(VOUCHER_RULE, 1)])
    staff = add_person(known, store_id="S2", name="Z", role=Role.CASHIER, pin="7392", member=REF).staff_id
    hear(known, SYSTEM, REF, NewEvent("e1", "review", said={"by": NAME}))
    with known.database.atomic() as connection:
        answer = {
            "actor": "key:a",
            "k": "k",
            "request_hash": "h",
            "status": 201,
            "headers": "{}",
            "body": NAME,
        }
        connection.execute(insert(idempotency), answer | {"at_ms": 1})
    station.order("o1")
    station.push()
    assert NAME in everything(known) and hash_number(NUMBER) in everything(known)
    done = erase_member(known, REF)
    assert (done.was_known, done.rest, done.vouchers) == (True, {"points": 7}, 1)
    left = everything(known)
    assert not any(word in left for word in ("Zenobia", hash_number(NUMBER)))
    assert [row.ref for row in rows(known, member)] == [OTHER]
    assert [row.member for row in rows(known, member_scope)] == [OTHER]
    assert count(known, card) == 0
    assert [row.code_hash for row in rows(known, voucher)] == [hash_number(others)]
    assert [(row.staff_id, row.member) for row in rows(known, store_staff)] == [(staff, None)]
    assert accounts(known) == {
        (f"member:{REF}", "points"): 0, ("points-issued", "points"): -7, ("breakage", "points"): 7
    }  # fmt: skip


@on("sqlite")  # a server's files are the server's
def test_no_page_of_hqs_own_file_keeps_the_name(known, station, folder):
    upsert_members(known, [MemberFacts(new_ref(), f"Person {n} Somebody") for n in range(300)])
    upsert_members(known, [MemberFacts(REF, "Zenobia Quixote", NUMBER, home_store="S1")])  # their row moves
    station.order("o1")
    station.push()

    def files():
        return b"".join(path.read_bytes() for path in sorted(folder.glob("hq.db*")))

    known.database.fold_wal()
    assert b"Zenobia" in files()
    erase_member(known, REF)
    assert b"Zenobia" not in files() and b"Quixote" not in files()


def test_each_scope_that_ever_held_them_is_told_and_no_other(known, station):
    other = enrol_station(known, "S2")
    assert ("member", REF) not in Reader(other).read().rows
    printed = create_vouchers(known, [NewVoucher(VOUCHER_RULE, 1, REF)])[0]
    before = Reader(station).read()
    assert before.rows["voucher", hash_number(printed)]
    other.order("o1")
    other.push()  # their first visit there
    elsewhere = Reader(other).read()
    assert elsewhere.rows["member", REF]["name"] == NAME
    erase_member(known, REF)
    for reader in (before, elsewhere):
        told = reader.read().rows
        assert told["member", REF] is None
        assert told["voucher", hash_number(printed)] is None
    with known.database.reading() as connection:
        kept_rows = connection.execute(
            select(feed.c.scope).where(feed.c.k == REF, feed.c.op == "del")
        ).scalars()
        assert sorted(kept_rows) == ["S1", "S2"]


def redeems(station, code):
    station.order("o1", amounts=(("COFFEE", 700),))
    station.order("o2", amounts=(("COFFEE", 300),), vouchers=(shown(code),))


@pytest.mark.parametrize("order", list(permutations(["queue", "sync", "erase"])), ids="-".join)
def test_in_whichever_order_erasing_and_syncing_come_the_books_are_the_same(known, station, order):
    printed = create_vouchers(known, [NewVoucher(VOUCHER_RULE, 1)])[0]
    steps = {
        "queue": lambda: redeems(station, hash_number(printed)),
        "sync": station.push,
        "erase": lambda: erase_member(known, REF),
    }
    for step in order:
        steps[step]()
    station.push()
    found = accounts(known)
    earned = -found["points-issued", "points"]
    assert earned > 0 and found["breakage", "points"] == earned and found[f"member:{REF}", "points"] == 0
    assert found["discounts-given", "USD"] == 100 and sum(found.values()) == 0
    assert [row.ref for row in rows(known, member)] == [OTHER]
    assert count(known, journal) == 3
    flags = {row.flags for row in rows(known, journal)}
    assert flags == ({""} if order.index("erase") == 2 and order.index("queue") == 0 else {"MEMBER_ERASED"})


def test_a_late_entry_is_posted_flagged_and_brings_nobody_back(known, station):
    erase_member(known, REF)
    station.order("o1")
    station.order("o2", ref=OTHER)
    station.order("o3", ref=None)
    assert words(station.push()) == [
        (1, "posted_flagged", ["MEMBER_ERASED"]), (2, "posted", []), (3, "posted", [])
    ]  # fmt: skip
    assert [row.ref for row in rows(known, member)] == [OTHER]
    assert ("member", REF) not in Reader(station).read().rows or Reader(station).read().rows[
        "member", REF
    ] is None
    (found,) = rows(known, case)
    assert (found.owner, found.flags) == ("head office", "MEMBER_ERASED")
    with pytest.raises(faults.NotPossible):
        close_case(known, found.case_id, who="Ann", points=5)


@on("postgresql")
def test_who_is_erased_while_their_order_is_judged_is_erased_behind_it(known, station, monkeypatch):
    """The order was judged as of a member there is: its points must not come to an account that is closed by then."""
    station.order("o1")
    answer = pushed_while_it_stands(
        known, monkeypatch, station, "judge_each", lambda: erase_member(known, REF)
    )
    assert words(answer) == [(1, "posted", [])]
    found = accounts(known)
    assert (found[f"member:{REF}", "points"], found["breakage", "points"]) == (0, 7)
    assert [row.ref for row in rows(known, member)] == [OTHER]


def test_whoever_was_erased_can_not_be_added_or_erased_again(known):
    erase_member(known, REF)
    for add in (
        lambda: add_member(known, MemberFacts(REF, "Again")),
        lambda: upsert_members(known, [MemberFacts(OTHER, "New"), MemberFacts(REF, "Again")]),
    ):
        with pytest.raises(faults.NotPossible, match="erased"):
            add()
    assert [(row.ref, row.name) for row in rows(known, member)] == [(OTHER, "")]
    with pytest.raises(faults.NotPossible, match="already"):
        erase_member(known, REF)
    with pytest.raises(faults.NotHere):
        erase_member(known, new_ref())


@pytest.fixture
def restore(homes, folder, clock, tmp_path, known, station):
    """Back the HQ up now, with a station; later, put its database back beside the list of erasures as it is then."""
    known.close()
    backup = homes.copy(folder, tmp_path / "backup")
    opened = [open_hq(folder, clock=clock)]

    def put_back():
        opened[0].close()
        for ref in kept.kept_refs(folder):
            kept.keep(backup, ref, at_ms=kept.kept_ms(folder, ref))
        if (folder / MARK_FILE).exists():
            (backup / MARK_FILE).write_bytes((folder / MARK_FILE).read_bytes())
        opened.append(open_hq(backup, clock=clock))
        return opened[-1]

    yield opened[0], put_back
    for each in opened:
        each.close()
    if isinstance(homes, OnPostgres):
        homes.forget(backup)


def test_of_two_who_erase_at_once_one_did_it(known, monkeypatch):
    erase_member(known, REF)
    monkeypatch.setattr(erasing, "_find", lambda *_: {})  # who looked before the other was through
    with pytest.raises(faults.NotPossible, match="already"):
        erase_member(known, REF)


@pytest.mark.parametrize("was_shown", [False, True])
def test_an_hq_put_back_from_a_backup_erases_again_before_it_serves(restore, station, was_shown):
    hq, put_back = restore
    station.hq = hq
    late = new_ref()
    upsert_members(hq, [MemberFacts(late, "Came Later", home_store="S1")])
    station.order("o1")
    station.push()
    erase_member(hq, REF)
    erase_member(hq, late)
    if was_shown:
        Reader(station).read()
    station.hq = again = put_back()
    assert "Zenobia" not in everything(again)
    # Erasing again takes numbers of the feed, and must not hide that those of the lost future come a second time.
    assert (again.set_id != hq.set_id) is was_shown
    assert words(station.push()) == [(1, "posted_flagged", ["MEMBER_ERASED"])]
    assert accounts(again)[f"member:{REF}", "points"] == 0
    assert [row.ref for row in rows(again, member)] == [OTHER]
    told = [(row.about, row.who, row.reason) for row in list_audit(again) if row.action == "member.erased"]
    assert sorted(told) == sorted((f"member:{ref}", "hq", "again") for ref in (REF, late))
    assert check_chain(again).broken_at is None
    with pytest.raises(faults.NotPossible, match="erased"):
        add_member(again, MemberFacts(late, "Came Later"))


@on("sqlite")  # a server's files are the server's
def test_no_page_of_a_file_that_was_put_back_keeps_the_name(restore, tmp_path):
    hq, put_back = restore
    erase_member(hq, REF)
    put_back()
    files = [path.read_bytes() for path in (tmp_path / "backup").glob("hq.db*")]
    assert files and not any(b"Zenobia" in content for content in files)


def test_a_list_that_was_lost_is_written_again(known, folder, clock):
    erase_member(known, REF)
    known.close()
    path = folder / kept.FOLDER / REF
    written = path.read_bytes()
    path.unlink()
    open_hq(folder, clock=clock).close()
    assert path.read_bytes() == written
    path.with_name(OTHER).write_text("{")
    with pytest.raises(faults.SetUpFault, match=OTHER):
        open_hq(folder, clock=clock)


def test_snapshots_that_name_them_are_deleted_also_one_that_was_being_written(known, station):
    with known.database.reading() as connection:
        device = read_device(connection, station.owner.device_id)
    make_manifest(known, device)
    (old,) = known.snapshots.glob("snapshot-*.zst")
    content = old.read_bytes()
    erase_member(known, REF)
    assert not old.exists()
    old.write_bytes(content)  # by a reader that had begun before
    make_manifest(known, device)
    forget_files(known)
    (new,) = known.snapshots.glob("snapshot-*.zst")
    assert new != old


def test_an_export_says_what_is_held_and_which_stations_may_hold_more(known, station, clock):
    silent = enrol_station(known, "S2")
    silent.order("o9", ref=REF)
    silent.push()
    silent.order("o10", ref=REF)  # waits there
    clock.set_ms(clock.now_ms() + DAY_MS + 1)
    code = create_vouchers(known, [NewVoucher(VOUCHER_RULE, 2, REF)])[0]
    issue_code(known, REF)
    with known.database.atomic() as connection:
        note_uses(connection, {(REF, "13", "2017-11-06"): 1})
        connection.execute(insert(phone_token), {"token_hash": "h", "member": REF, "expires_ms": 5})
    station.order("o1", vouchers=(shown(hash_number(code)),))
    station.order("o2", ref=OTHER)
    station.push()
    found = json.loads(json.dumps(export_member(known, REF)))
    assert (found["member"]["name"], found["member"]["balance"]) == (
        NAME,
        found["postings"][0]["amount"] * 2 - 1,
    )
    assert sorted(each["entry"]["data"]["order_id"] for each in found["orders"]) == ["o1", "o9"]
    assert [each["entry"]["data"]["order_id"] for each in found["redemptions"]] == ["o1"]
    assert sum(each["amount"] for each in found["postings"]) == found["member"]["balance"]
    assert (len(found["cards"]), found["vouchers"][0]["uses"], sorted(found["stores"])) == (
        1,
        1,
        ["S1", "S2"],
    )
    assert (found["uses"], found["phone_links"]) == ({"13": {"2017-11-06": 1}}, [{"expires_ms": 5}])
    at = {each["device"]: each["included_seq"] for each in found["stations"]}
    assert at == {station.owner.device_id: 3, silent.owner.device_id: 1}
    assert found["not_heard"] == [silent.owner.device_id]
    erase_member(known, REF)
    with pytest.raises(faults.NotHere):
        export_member(known, REF)
    assert (count(known, phone_token), count(known, member_use)) == (0, 0)


def test_the_commands_say_what_goes_and_do_it_only_when_told(known, folder):
    def say(*given, status=0):
        done = CliRunner().invoke(hq_cli, [*given, "--dir", str(folder)])
        assert done.exit_code == status, done.output
        return done.output

    asked = say("erase", REF)
    assert json.loads(asked.splitlines()[0])["name"] == NAME and "--confirm" in asked
    assert json.loads(say("export", REF))["member"]["ref"] == REF
    assert "is erased" in say("erase", REF, "--confirm")
    assert "was erased" in say("member", "Zenobia Q.", "--ref", REF, status=1)
    assert "was erased already" in say("erase", REF, "--confirm", status=1)
    assert say("export", REF, status=1)
