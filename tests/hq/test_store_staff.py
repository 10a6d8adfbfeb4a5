"""Who works in stores, as HQ keeps it: PINs under a pepper that no database holds, and what entries say of people."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.entry import MODE_CHANGE, OVERRIDE, PIN_LOCK, SHIFT, read_entry
from app.core.pepper import pepper_name
from app.core.pins import Role, is_pin, secret_of
from hq.backup import restore_keys
from hq.faults import NotHere, NotPossible, SetUpFault
from hq.feed import read_page
from hq.home import KEYS_FOLDER, Hq, open_hq
from hq.journal.case_tables import case
from hq.keysets.service import back_up, make_key
from hq.members.service import MemberFacts, upsert_members
from hq.staff.people import PinSet, add_person, ask_sign_in, list_people, remove_person, set_pin
from hq.staff.peppers import all_peppers, read_pepper
from hq.tables import voucher as vouchers
from sync.protocol import Flag, Verdict
from tests.databases import on
from tests.hq.station import NOW_MS, REF, Station, voucher

pytestmark = on("sqlite")  # what differs between databases is in test_staff_comes_and_goes.py


def add(hq: Hq, name: str = "Ben", **changes) -> str:
    facts = {"store_id": "S1", "role": Role.CASHIER, "pin": "7392", "member": None}
    return add_person(hq, name=name, **facts | changes).staff_id


def rows(hq: Hq, store_id: str = "S1") -> list[tuple[str, str]]:
    with hq.database.reading() as connection:
        found = read_page(connection, store=store_id, cursor=0, limit=100).rows
    return [(row.op, row.k) for row in found if row.t == "staff"]


def test_somebody_is_added_and_stations_of_their_store_hear_of_it(hq: Hq) -> None:
    ben = add(hq, " Ben ")
    assert rows(hq) == [("put", ben)] and rows(hq, "S2") == []
    (person,) = list_people(hq)
    assert (person.name, person.role, person.store, person.has_pin) == ("Ben", "cashier", "S1", True)
    with hq.database.reading() as connection:
        page = read_page(connection, store="S1", cursor=0, limit=100).rows
    (row,) = [row.v for row in page if row.t == "staff"]
    assert row is not None and row["sign_in"] == "free" and row["name"] == "Ben"
    pepper = read_pepper(hq.keys.folder, "S1")
    assert pepper is not None and row["pepper"] == pepper_name(pepper)
    assert is_pin(row["pin_hash"], secret_of(pepper, staff_id=ben, pin="7392"))


def test_the_pepper_is_a_file_for_this_user_only_and_in_no_database(hq: Hq, folder: Path) -> None:
    assert add_person(hq, store_id="S1", name="Ben", role=Role.CASHIER, pin="7392").is_new_pepper
    assert not add_person(hq, store_id="S1", name="Eve", role=Role.MANAGER, pin="739215").is_new_pepper
    add(hq, store_id="S2")
    first, second = (read_pepper(folder / KEYS_FOLDER, store_id) for store_id in ("S1", "S2"))
    assert first is not None and second is not None and first != second
    for path in (folder / KEYS_FOLDER).glob("pepper-*"):
        assert path.stat().st_mode & 0o777 == 0o600
    hq.database.engine.dispose()
    for path in folder.glob("hq.db*"):
        content = path.read_bytes()
        assert first not in content and first.hex().encode() not in content


def test_the_keys_backup_holds_the_peppers_of_its_time(hq: Hq, folder: Path, tmp_path: Path) -> None:
    add(hq)
    backup, passphrase = back_up(hq)
    restore_keys(backup, tmp_path / "keys", passphrase=passphrase)
    assert all_peppers(tmp_path / "keys") == all_peppers(folder / KEYS_FOLDER) != {}
    add(hq, store_id="S2")
    new = make_key(hq, "token")
    restored = restore_keys(new.backup, tmp_path / "more", passphrase=new.passphrase)
    assert len(all_peppers(tmp_path / "more")) == 2 and "t2" in restored.private


def test_a_pepper_that_is_lost_costs_new_pins_and_nothing_else(hq: Hq, folder: Path) -> None:
    ben, eve = add(hq), add(hq, "Eve")
    for path in (folder / KEYS_FOLDER).glob("pepper-*"):
        path.unlink()
    assert [person.has_pin for person in list_people(hq)] == [False, False]
    assert set_pin(hq, ben, "8264") == PinSet(ben, is_new_pepper=True)
    assert {person.staff_id: person.has_pin for person in list_people(hq)} == {ben: True, eve: False}


def test_a_damaged_pepper_is_not_replaced(hq: Hq, folder: Path) -> None:
    add(hq)
    (path,) = (folder / KEYS_FOLDER).glob("pepper-*")
    path.write_text("12")
    with pytest.raises(SetUpFault, match="damaged"):
        add(hq, "Eve")
    path.write_text("no number")
    with pytest.raises(SetUpFault, match="can't be read"):
        list_people(hq)
    open_hq(folder).close()  # everything else goes on


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"pin": "1234"}, "anybody would try"),
        ({"pin": "73921", "role": Role.MANAGER}, "6 to 12 digits"),
        ({"store_id": "S9"}, "no store S9"),
        ({"member": "0000000000009"}, "no member"),
        ({"name": " "}, "characters"),
        ({"name": "x" * 41}, "characters"),
        ({"name": "B\ten"}, "printable"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(hq: Hq, folder: Path, changes, why: str) -> None:
    with pytest.raises(NotPossible, match=why):
        add(hq, **changes)
    assert list_people(hq) == [] and all_peppers(folder / KEYS_FOLDER) == {}


def test_nobody_is_changed_who_is_not_there(hq: Hq) -> None:
    for change in (lambda: set_pin(hq, "nobody", "7392"), lambda: remove_person(hq, "nobody")):
        with pytest.raises(NotHere, match="hq staff list"):
            change()
    with pytest.raises(NotPossible, match="no store"):
        ask_sign_in(hq, "S9", is_needed=False)
    with pytest.raises(NotPossible, match="Nobody works"):
        ask_sign_in(hq, "S1", is_needed=True)


# --- what entries say of people --------------------------------------------------------------------------------------


def verdicts(station: Station) -> list[tuple[str, list[str]]]:
    answer = station.push()
    return [(result.verdict, result.codes) for result in answer.results]


def test_a_shift_is_posted(hq: Hq, station: Station) -> None:
    for what in ("begin", "end"):
        station.append(SHIFT, {"store": "S1", "t_eff": NOW_MS, "staff": "0000000000001", "what": what})
    station.append(SHIFT, {"store": "S1", "t_eff": NOW_MS, "staff": "0000000000001", "what": "a nap"})
    assert verdicts(station) == [("posted", []), ("posted", []), ("quarantined", [Flag.UNPARSABLE])]


def test_training_is_posted_and_says_nothing_else(hq: Hq, station: Station) -> None:
    for mode in ("training", "live", "offline"):
        station.append(MODE_CHANGE, {"store": "S1", "t_eff": NOW_MS, "staff": "", "mode": mode})
    assert verdicts(station) == [("posted", []), ("posted", []), ("quarantined", [Flag.UNPARSABLE])]


def test_whoever_has_walked_through_a_whole_training_is_known_for_it(hq: Hq, station: Station) -> None:
    ada, ben, far = add(hq, "Ada"), add(hq, "Ben"), add(hq, "Far", store_id="S2")

    def live(staff: str, at_ms: int = NOW_MS, **more: object) -> None:
        data = {"store": "S1", "t_eff": at_ms, "staff": staff, "mode": "live", **more}
        station.append(MODE_CHANGE, data)

    live(ada, walked=True)
    live(ada, NOW_MS - 5, walked=True)
    live(ben)
    live(ben, walked=False)
    live(far, walked=True)  # of another store
    live("", walked=True)
    assert verdicts(station) == [("posted", [])] * 6
    live(ada, NOW_MS - 9, walked=True)  # a station that was away tells of an older one
    live(ada, NOW_MS + 5, walked="yes")
    assert verdicts(station)[-2:] == [("posted", []), ("quarantined", [Flag.UNPARSABLE])]
    assert {each.name: each.trained_ms for each in list_people(hq)} == {"Ada": NOW_MS, "Ben": 0, "Far": 0}


def test_a_wait_that_a_manager_ended_is_posted(hq: Hq, station: Station) -> None:
    said = {"store": "S1", "t_eff": NOW_MS, "cashier": "", "what": "pin_lock", "staff": "0000000000001"}
    approval = {"approver": "0000000000002", "approval": {"id": "0" * 32, "why": "pin_forgotten"}}
    station.append(OVERRIDE, said | approval)
    station.append(OVERRIDE, said)
    assert verdicts(station) == [("posted", []), ("quarantined", [Flag.UNPARSABLE])]


def test_each_lock_is_a_case_of_the_store(hq: Hq, station: Station) -> None:
    lock = {"store": "S1", "t_eff": NOW_MS, "staff": "0000000000001", "locks": 2, "wait_s": 120}
    station.append(PIN_LOCK, lock)
    assert verdicts(station) == [(Verdict.FLAGGED, [Flag.PIN_LOCKED])]
    with hq.database.reading() as connection:
        (found,) = connection.execute(select(case)).all()
    assert found.owner == "S1" and "0000000000001" in found.detail and "120 s" in found.detail


def by(station: Station, cashier: str, **order) -> None:
    """Append an order as rung up by somebody."""
    start = len(station.bodies)
    station.order(**order)
    bodies, station.bodies = station.bodies[start:], station.bodies[:start]
    for body in bodies:
        entry = read_entry(body)
        station.append(entry.type, entry.data | {"cashier": cashier}, entry_id=entry.entry_id)


def test_points_for_ones_own_account_are_posted_and_flagged(hq: Hq, station: Station) -> None:
    upsert_members(hq, [MemberFacts(REF, home_store="S1"), MemberFacts("0000000000002")])
    ben, eve = add(hq, member=REF), add(hq, "Eve")
    by(station, ben, order_id="o1")
    by(station, eve, order_id="o2")
    by(station, ben, order_id="o3", ref="0000000000002")
    by(station, ben, order_id="o4", amounts=(("MILK", 50),))  # earns nothing
    assert verdicts(station) == [
        ("posted_flagged", [Flag.SELF_DEAL]),
        ("posted", []),
        ("posted", []),
        ("posted", []),
    ]
    with hq.database.reading() as connection:
        (found,) = connection.execute(select(case)).all()
    assert found.owner == "head office" and "7 points" in found.detail


def test_a_redemption_for_ones_own_account_is_flagged_too_and_after_they_left(
    hq: Hq, station: Station
) -> None:
    """A station that had not heard yet whose account it is could not refuse it."""
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    with hq.database.atomic() as connection:
        row = {"code_hash": "c1", "rule_id": "v13", "uses_max": 0, "uses": 0, "owner": None, "ends_on": None}
        connection.execute(vouchers.insert(), row)
    ben = add(hq, member=REF)
    remove_person(hq, ben)
    by(station, ben, amounts=(("COFFEE", 100),), vouchers=(voucher("c1"),))
    assert verdicts(station)[1] == ("posted_flagged", [Flag.SELF_DEAL])


def test_a_redemption_by_somebody_else_than_its_order_differs(hq: Hq, station: Station) -> None:
    by(station, "0000000000001", vouchers=(voucher("c1"),))
    refused = read_entry(station.bodies.pop())
    station.append(refused.type, refused.data | {"cashier": "0000000000002"})
    assert "cashier" in _details(hq, station)


def _details(hq: Hq, station: Station) -> str:
    station.push()
    with hq.database.reading() as connection:
        return "; ".join(connection.execute(select(case.c.detail)).scalars())
