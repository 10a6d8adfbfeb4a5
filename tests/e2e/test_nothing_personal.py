"""Names, numbers, codes and PINs that were typed and scanned are in no log, no crash and no journal of either end."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.pins import Role
from hq.home import open_hq
from hq.members.service import MemberFacts, upsert_members
from hq.staff.people import add_person
from hq.tables import metadata
from tests.rig.processes import HqProcess, StationProcess, World, an_order, enrol, was_killed

NAME, STAFF, PIN, WRONG = "Zebedee", "Xanthippe", "739281", "640173"
NUMBER = "M9X2XQH70B3D"
JOINED = {"name": "Quirinus Xerxes", "phone": "+49 170 5559876", "email": "quirinus@xerxes.example"}
OF_PEOPLE = {"member", "personal", "store_staff"}  # where HQ keeps names, and nothing else does


@pytest.mark.slow
def test_what_was_typed_and_scanned_is_in_no_file(world: World, tmp_path: Path) -> None:
    hq = open_hq(world.hq_dir)
    upsert_members(hq, [MemberFacts(world.member_ref, f"{NAME} L.", number=NUMBER, home_store="S1")])
    staff = add_person(hq, store_id="S1", name=STAFF, role=Role.MANAGER, pin=PIN).staff_id
    hq.close()
    with ExitStack() as files:
        logs = [files.enter_context((tmp_path / name).open("w")) for name in ("hq.log", "station.log")]
        served = HqProcess(world, fail_points="hq_judging_order:2:raise", errors=logs[0])
        enrol(world, served)
        station = StationProcess(world, fail_points="pin_counted:3", errors=logs[1])
        answers = [station.ask(line) for line in at_the_till(world, staff)]
        assert [answer["answer"] for answer in answers[:3] if answer] == ["synced", "refused", "signed_in"]
        assert answers[-1] is None and was_killed(station.wait_dead())
        served.stop()
    assert "FailPointReached" in (tmp_path / "hq.log").read_text(encoding="utf-8"), (
        "something went wrong on purpose"
    )
    words = [
        *JOINED.values(),
        "Xerxes",
        "5559876",
        NAME,
        STAFF,
        PIN,
        WRONG,
        NUMBER,
        NUMBER[1:],
        world.member_code,
        world.voucher,
        *world.single_use,
    ]
    for path in files_of(tmp_path, world):
        content = path.read_bytes()
        found = [word for word in words if word.encode() in content or word.encode("utf-16-le") in content]
        assert found == [], path
    of_tables = tables_of(world)
    assert of_tables.keys() >= OF_PEOPLE
    assert any(NAME in text for text in of_tables.pop("member"))
    assert any("Xerxes" in text and "+491705559876" in text for text in of_tables.pop("personal"))
    assert any(STAFF in text for text in of_tables["store_staff"])
    of_tables["store_staff"] = [text.replace(STAFF, "") for text in of_tables["store_staff"]]
    assert len(of_tables["journal"]) >= 4
    said = {
        name: [word for word in words for text in rows if word in text] for name, rows in of_tables.items()
    }
    assert {name: found for name, found in said.items() if found} == {}


def at_the_till(world: World, staff: str) -> Iterator[str]:
    """Yield what is typed and scanned, the last of which the station does not survive."""

    def sign_in(pin: str) -> str:
        return json.dumps({"sign_in": {"staff": staff, "pin": pin}})

    yield '{"sync": true}'
    yield sign_in(WRONG)
    yield sign_in(PIN)
    yield json.dumps({"enrol": {**JOINED, "birthday": "05-17"}})
    yield json.dumps({"enrol": {**JOINED, "phone": JOINED["name"]}})
    yield json.dumps({"enrol": JOINED["phone"]})
    yield world.member_code
    yield world.voucher
    for order_id in ("A-1", "A-2"):
        yield json.dumps(an_order(order_id))
    yield NUMBER
    yield f"{NUMBER}X{PIN}"
    yield sign_in(PIN)[:-2]
    yield json.dumps({"sign_in": PIN})
    yield json.dumps({"order": {"order_id": "A-3", "total": NAME}})
    yield '{"sync": true}'
    yield sign_in(PIN)


def files_of(folder: Path, world: World) -> list[Path]:
    """Return every file that either end wrote, but for HQ's database and its snapshots, which hold its members."""
    people = ("hq.db", "snapshot-")
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(people)]


def tables_of(world: World) -> dict[str, list[str]]:
    """Return the rows of HQ's tables as text."""
    hq = open_hq(world.hq_dir)
    try:
        with hq.database.reading() as connection:
            return {
                table.name: [repr(tuple(row)) for row in connection.execute(select(table))]
                for table in metadata.sorted_tables
            }
    finally:
        hq.close()
