"""Members from files: headings understood, tried without a trace, brought in step by step, problems row by row."""

import pytest
from sqlalchemy import func, select

from hq.access.actor import SYSTEM
from hq.faults import Malformed, NotHere, NotPossible
from hq.home import folder_of
from hq.imports.service import KEPT_MS, problems_of
from hq.jobs.service import find_job, work
from hq.members.attributes import Attribute, AttributeKind, Side, put_attribute
from hq.members.erasing import erase_member
from hq.members.finding import find_by_external
from hq.members.importing import bring_file, find_import, forget_old, list_imports, run_import
from hq.tables import member
from tests.hq.asking_api import api_of

FILE = """Customer ID;Full name;E-mail;Pets;Shop;News
c-1;Ada Lovelace;ada@example.com;2;S1;yes
c-2;Grace Hopper;nonsense;1;S1;no
c-3;Mary Shelley;mary@example.com;many;S1;yes
c-4;Emmy Noether;emmy@example.com;;nowhere;yes
;Nobody;;;;
c-5;Ada Lovelace;;;S2;yes
"""
MAPPING = {"News": "consent:news@2", "Pets": "attribute:pets"}


@pytest.fixture
def shop(hq):
    put_attribute(hq, SYSTEM, Attribute("pets", "Pets", AttributeKind.NUMBER))
    return hq


def members(hq) -> int:
    with hq.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(member)).scalar_one()


def kept_bytes(hq) -> bytes:
    """Return all that lies beside the database of lists and of what was wrong with them."""
    return b"".join(path.read_bytes() for path in sorted(folder_of(hq).rglob("*.jsonl")))


def run(hq, found, *, is_trial, mapping=None):
    started = run_import(
        hq, SYSTEM, found.import_id, mapping or {**found.mapping, **MAPPING}, is_trial=is_trial
    )
    work(hq)
    assert find_job(hq, started.job).state == "done"
    return find_import(hq, found.import_id)


def test_headings_are_understood(shop) -> None:
    found = bring_file(shop, SYSTEM, "crm.csv", FILE.encode("utf-8-sig"))
    assert found.mapping == {
        "Customer ID": "external_id", "Full name": "name", "Pets": "attribute:pets", "Shop": "home_store",
        "E-mail": "email",
    }  # fmt: skip
    assert found.sample[1][0] == "c-1"


def test_a_try_finds_the_problems_and_leaves_no_trace(shop) -> None:
    found = run(shop, bring_file(shop, SYSTEM, "crm.csv", FILE.encode()), is_trial=True)
    assert (found.rows_good, found.rows_bad, members(shop)) == (2, 4, 0)
    assert [(each.row, each.problem) for each in problems_of(shop, found)] == [
        (3, "This is no e-mail address. It looks like name@example.com."),
        (4, "The attribute pets is a whole number."),
        (5, "There is no such store."),
        (6, "Nothing says who it is."),
    ]


def test_what_is_good_comes_in_once(shop) -> None:
    found = bring_file(shop, SYSTEM, "crm.csv", FILE.encode())
    run(shop, found, is_trial=True)
    brought = run(shop, found, is_trial=False)
    assert (brought.rows_good, brought.rows_bad, members(shop)) == (2, 4, 2)
    ada = find_by_external(shop, "c-1")
    assert (ada.row.attributes, ada.personal["email"]) == ({"pets": 2}, "ada@example.com")
    assert [(each.what, each.version, each.is_given) for each in ada.consents] == [("news", "2", True)]
    run(shop, found, is_trial=False)
    assert members(shop) == 2
    assert find_by_external(shop, "c-1").row.version == 1


def test_a_job_that_was_killed_goes_on_behind_its_last_step(shop) -> None:
    """The file has several steps' rows; after the first one everything is opened anew."""
    rows = "".join(f"k-{n},Name {chr(65 + n % 26)},{'x' if n % 10 == 0 else ''}\n" for n in range(120))
    found = bring_file(shop, SYSTEM, "many.csv", b"id,name,birthday\n" + rows.encode())
    run_import(shop, SYSTEM, found.import_id, found.mapping, is_trial=False)
    looks = iter([False, True])
    assert work(shop, is_over=lambda: next(looks)) == 1
    assert members(shop) == 45
    work(shop)
    done = find_import(shop, found.import_id)
    assert (done.rows_good, done.rows_bad, members(shop)) == (108, 12, 108)
    assert [each.row for each in problems_of(shop, done)] == list(range(2, 122, 10))


@pytest.mark.parametrize("mapping", [
    {"name": "name"}, {"id": "external_id", "name": "external_id"}, {"id": "external_id", "name": "attribute:none"},
    {"other": "external_id"}, {"id": "external_id", "name": "consent:news"},
])  # fmt: skip
def test_a_mapping_that_can_not_be_meant_is_refused(shop, mapping) -> None:
    found = bring_file(shop, SYSTEM, "crm.csv", b"id,name\n1,Ada\n")
    with pytest.raises(Malformed):
        run_import(shop, SYSTEM, found.import_id, mapping, is_trial=True)


@pytest.mark.parametrize("content", [
    b"", b"id,name\n", "id;name\n1;Ä".encode("utf-16"), b"id\n\xff\n", b"id\n\x00\n", b"id,id\n1,2\n",
    b"id\n" + b"x" * 3_000 + b"\n", b'id\n"never closed\n',
])  # fmt: skip
def test_a_file_that_is_none_is_refused(shop, content) -> None:
    with pytest.raises(Malformed):
        bring_file(shop, SYSTEM, "crm.csv", content)


def test_an_attribute_of_head_office_stays_its_own(shop) -> None:
    put_attribute(shop, SYSTEM, Attribute("mood", "Mood", owner=Side.HQ))
    found = bring_file(shop, SYSTEM, "crm.csv", b"id,mood\n1,good\n")
    done = run(shop, found, is_trial=False, mapping=found.mapping)
    assert (done.rows_good, done.rows_bad) == (0, 1)


def test_files_are_forgotten_after_a_week(shop, clock) -> None:
    found = run(shop, bring_file(shop, SYSTEM, "crm.csv", FILE.encode()), is_trial=True)
    clock.set_ms(clock.now_ms() + KEPT_MS + 1)
    forget_old(shop)
    assert list_imports(shop) == []
    with pytest.raises(NotHere):
        find_import(shop, found.import_id)
    folder = shop.snapshots.parent
    assert not [path for path in folder.rglob("*.jsonl") if "Lovelace" in path.read_text()]


def test_files_are_forgotten_when_somebody_is_erased_but_for_one_that_is_at_work(shop) -> None:
    done = run(shop, bring_file(shop, SYSTEM, "crm.csv", FILE.encode()), is_trial=False)
    busy = bring_file(shop, SYSTEM, "more.csv", FILE.encode())
    run_import(shop, SYSTEM, busy.import_id, busy.mapping, is_trial=True)
    erase_member(shop, find_by_external(shop, "c-1").row.ref)
    assert [each.import_id for each in list_imports(shop)] == [busy.import_id]
    assert problems_of(shop, done) == []
    assert b"ada@example.com" in kept_bytes(shop)
    work(shop)
    erase_member(shop, find_by_external(shop, "c-5").row.ref)
    assert (list_imports(shop), kept_bytes(shop)) == ([], b"")


def test_one_job_at_a_time_works_on_a_file(shop) -> None:
    found = bring_file(shop, SYSTEM, "crm.csv", FILE.encode())
    run_import(shop, SYSTEM, found.import_id, found.mapping, is_trial=True)
    with pytest.raises(NotPossible):
        run_import(shop, SYSTEM, found.import_id, found.mapping, is_trial=False)


def test_a_file_comes_by_the_api_too(shop) -> None:
    with api_of(shop) as api:
        asked = {
            "name": "crm.csv",
            "text": FILE,
            "mapping": {"Customer ID": "external_id", "Full name": "name"},
        }
        made = api.post("/v1/imports", asked)
        assert (made.status_code, made.json()["is_trial"]) == (201, True)
        work(shop)
        place = f"/v1/imports/{made.json()['import_id']}"
        assert (api.get(place).json()["rows_good"], members(shop)) == (5, 0)
        (problem,) = api.get(f"{place}/problems").json()["items"]
        assert problem == {"row": 6, "problem": "Nothing says who it is."}
        assert api.post(f"{place}/run", {"is_trial": False}).status_code == 200
        work(shop)
        assert members(shop) == 5
        assert api.post("/v1/imports", {**asked, "mapping": {"Nothing": "name"}}).status_code == 409
        assert api.get("/v1/imports/nothing").status_code == 404


def test_a_file_of_problems_comes_back_as_it_was_sent(shop) -> None:
    """Phone numbers are guarded against spreadsheets, and birthdays of other systems have a year."""
    content = b"id,phone,birthday\na,'+49 30 123456,1990-02-03\nb,,1988/12/24\n"
    found = bring_file(shop, SYSTEM, "back.csv", content)
    run(shop, found, is_trial=False, mapping=found.mapping)
    ada, mary = (find_by_external(shop, each) for each in "ab")
    assert (ada.personal["phone"], ada.personal["birthday"]) == ("+4930123456", "02-03")
    assert mary.personal["birthday"] == "12-24"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,name,name\na,b,c\n", "Two columns are called “name”."),
        (b'id,name\na,b\n"c,d\n', "from line 3 on: look for a quotation mark"),
        (b"id\n" + b"x" * (5 << 20), "A file has at most 4 MB. Cut it into parts."),
    ],
)
def test_a_file_that_can_not_be_read_is_told_so_that_it_can_be_mended(shop, content, said) -> None:
    with pytest.raises(Malformed, match=said):
        bring_file(shop, SYSTEM, "odd.csv", content)
