"""The replica: HQ's rows as HQ sends them, and the switch to a new snapshot, cut off anywhere."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from app.clock import SetClock
from app.core.voucher import Voucher
from app.store.db import open_database
from app.store.keystore import MemoryKeyStore
from app.store.migrate import migrate
from app.store.replica import MemberRow, Position, Replica
from app.store.replica_rows import TABLES
from app.store.store import StationStore
from resources import load
from tests.builders import NOW_MS, a_member, a_program, a_store, put_program, station_keys
from tests.store.through_key import crash_image

MEMBER = {
    "ref": "r-1",
    "number_hash": "n-1",
    "name": "Ada L.",
    "tier": "gold",
    "segments": ["a", "b"],
    "balance": 300,
    "state": "active",
}
VOUCHER = {
    "code_hash": "c-1",
    "rule_id": "k-1",
    "uses_max": 2,
    "uses": 1,
    "owner": "r-1",
    "ends_on": "2026-02-28",
}


DERIVED = {
    "member": {"name_key", "included_seq"},
    "voucher": {"included_seq"},
    "gift_card": {"included_seq"},
    "staff": set(),
    "signal": set(),
    "counter": {"included_seq"},
    "alias": set(),
}


@pytest.fixture
def keys_in() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture
def store(tmp_path: Path, keys_in: MemoryKeyStore) -> Iterator[StationStore]:
    store = a_store(tmp_path / "store", keys_in=keys_in)
    yield store
    store.close()


def put(store: StationStore, kind: str, *rows: dict[str, Any]) -> None:
    with store.replica_atomic():
        for row in rows:
            store.replica.put_row(kind, row)


def test_rows_come_replace_and_go(store: StationStore) -> None:
    put(store, "member", MEMBER)
    put(store, "voucher", VOUCHER, VOUCHER | {"code_hash": "c-2", "owner": None, "ends_on": None})
    expected = MemberRow("r-1", "Ada L.", "gold", frozenset({"a", "b"}), 300, "active")
    assert store.replica.member("r-1") == store.replica.member_by_number("n-1") == expected
    assert store.replica.voucher("c-1") == Voucher("c-1", "k-1", 2, 1, "r-1", date(2026, 2, 28))
    assert store.replica.voucher("c-2") == Voucher("c-2", "k-1", 2, 1, None, None)
    put(store, "member", MEMBER | {"balance": -5, "number_hash": None})
    changed = store.replica.member("r-1")
    assert changed is not None and changed.balance == -5
    assert store.replica.member_by_number("n-1") is None
    assert (store.replica.count("member"), store.replica.count("voucher")) == (1, 2)
    with store.replica_atomic():
        store.replica.delete_row("member", "r-1")
        store.replica.delete_row("voucher", "c-1")
        store.replica.delete_row("voucher", "never there")
    assert store.replica.member("r-1") is None and store.replica.voucher("c-1") is None
    assert (store.replica.count("member"), store.replica.count("voucher")) == (0, 1)


def test_what_a_newer_hq_sends_beyond_our_words_is_left_alone(store: StationStore) -> None:
    put(store, "member", {"mood": "sunny", **MEMBER, "badges": [{"deep": 1}]})
    assert store.replica.member("r-1") is not None
    before = store._replica_db.execute("SELECT name FROM sqlite_master").fetchall()
    put(store, "raffle", {"ref": "g-1"}, {})
    with store.replica_atomic():
        store.replica.delete_row("raffle", "g-1")
        store.replica.delete_row("document", "program")
        store.replica.put_rows("meta", ["k", "v"], [["set_id", "x"]])
    assert store._replica_db.execute("SELECT name FROM sqlite_master").fetchall() == before
    assert store.replica.program() is not None and store.replica.position() is None


def test_columns_come_in_any_order(store: StationStore) -> None:
    columns = sorted(VOUCHER, reverse=True)
    with store.replica_atomic():
        store.replica.put_rows("voucher", columns, [[VOUCHER[name] for name in columns]])
    assert store.replica.voucher("c-1") == Voucher("c-1", "k-1", 2, 1, "r-1", date(2026, 2, 28))


@pytest.mark.parametrize("hostile", ["'; DROP TABLE member; --", "\x00", "%s", "ü" * 1000, ""])
def test_texts_from_hq_are_never_sql(store: StationStore, hostile: str) -> None:
    put(store, "member", MEMBER | {"ref": hostile, "name": hostile, "segments": [hostile]})
    found = store.replica.member(hostile)
    assert found is not None and (found.name, found.segments) == (hostile, frozenset({hostile}))


def test_a_row_that_fails_takes_its_whole_chunk_back(store: StationStore) -> None:
    with pytest.raises(dbapi2.IntegrityError):
        put(store, "member", MEMBER, MEMBER | {"ref": "r-2", "balance": "a text"})
    assert store.replica.count("member") == 0


def test_the_tables_have_just_the_columns_that_are_put(store: StationStore) -> None:
    for kind, table in TABLES.items():
        found = store._replica_db.execute(f"SELECT name FROM pragma_table_info('{kind}')").fetchall()  # noqa: S608
        assert sorted(name for (name,) in found) == sorted({*table.columns} | DERIVED[kind])


def put_nonsense(store: StationStore, _moved: None) -> None:
    store.replica.put_row("member", MEMBER | {"balance": "a text"})


def test_the_position_moves_with_its_rows_or_not_at_all(store: StationStore) -> None:
    assert store.replica.position() is None
    first, second = Position("set-1", 7, NOW_MS, 3), Position("set-1", 9, NOW_MS + 1, 5)
    with store.replica_atomic():
        store.replica.move_to(first)
    with pytest.raises(dbapi2.IntegrityError), store.replica_atomic():
        put_nonsense(store, store.replica.move_to(second))
    assert store.replica.position() == first


def test_a_new_document_takes_effect_at_once(store: StationStore) -> None:
    first = store.replica.program()
    put_program(store, a_program(version=2), version=2)
    second = store.replica.program()
    assert first is not None and second is not None and (first.version, second.version) == (1, 2)
    assert store.replica.document_version("program") == 2 and store.replica.document_version("other") == 0
    assert store.replica.document_body("program") == a_program(version=2)


def test_the_highest_version_never_goes_down(tmp_path: Path, keys_in: MemoryKeyStore) -> None:
    store = a_store(tmp_path / "store", keys_in=keys_in)
    for version, highest in ((3, 3), (7, 7), (5, 7), (7, 7), (0, 7)):
        with store.atomic():
            store.versions.note("program", version)
        assert store.versions.highest("program") == highest
    assert store.versions.highest("keyset") == 0
    draft = store.begin_replica()
    store.adopt_replica(draft)
    store.close()
    store = StationStore(tmp_path / "store", key_store=keys_in, clock=SetClock(NOW_MS))
    assert store.versions.highest("program") == 7 and store.replica.document_version("program") == 0
    store.close()


def replicas(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("replica-*.db"))


def test_a_draft_counts_only_once_it_is_adopted(
    tmp_path: Path, store: StationStore, keys_in: MemoryKeyStore
) -> None:
    old = a_member(store, seed=1)
    draft = store.begin_replica()
    with draft.atomic():
        draft.replica.put_rows("member", list(MEMBER), [list(MEMBER.values())])
        draft.replica.copy_documents_from(store.replica)
        draft.replica.move_to(Position("set-2", 1, NOW_MS, 0))
    assert store.replica.member(old.ref) is not None and store.replica.member("r-1") is None
    store.adopt_replica(draft)
    assert store.replica.member(old.ref) is None and store.replica.member("r-1") is not None
    assert store.replica.program() is not None
    assert replicas(tmp_path / "store") == ["replica-2.db"]
    store.close()
    store = StationStore(tmp_path / "store", key_store=keys_in, clock=SetClock(NOW_MS))
    assert replicas(tmp_path / "store") == ["replica-2.db"]
    assert store.replica.member("r-1") is not None
    assert store.replica.position() == Position("set-2", 1, NOW_MS, 0)
    store.close()


def test_a_draft_outlives_a_fault_of_the_store(tmp_path: Path, store: StationStore) -> None:
    """After a fault the store is opened anew; the snapshot that is being filled must still be there to adopt."""
    draft = store.begin_replica()
    with draft.atomic():
        draft.replica.put_rows("member", list(MEMBER), [list(MEMBER.values())])
    store.reopen()
    store.adopt_replica(draft)
    assert replicas(tmp_path / "store") == ["replica-2.db"]
    assert store.replica.member("r-1") is not None


@pytest.mark.parametrize("is_adopted", [False, True])
def test_cut_off_around_the_switch_it_is_the_old_or_the_new_whole(
    tmp_path: Path, store: StationStore, keys_in: MemoryKeyStore, is_adopted: bool
) -> None:
    a_member(store, seed=1)
    draft = store.begin_replica()
    with draft.atomic():
        draft.replica.put_rows("member", list(MEMBER), [list(MEMBER.values())])
        draft.replica.move_to(Position("set-2", 1, NOW_MS, 0))
    if is_adopted:
        store.adopt_replica(draft)
    image = crash_image(tmp_path / "store", tmp_path / "image")
    if not is_adopted:
        draft.database.close()
    restarted = StationStore(image, key_store=keys_in, clock=SetClock(NOW_MS))
    assert (restarted.replica.member("r-1") is not None) is is_adopted
    assert (restarted.replica.position() is not None) is is_adopted
    assert replicas(image) == [f"replica-{2 if is_adopted else 1}.db"]
    assert not list(image.glob(f"replica-{1 if is_adopted else 2}*"))
    restarted.close()


def test_what_an_interrupted_draft_left_is_not_in_the_next(tmp_path: Path, store: StationStore) -> None:
    left = open_database(tmp_path / "store" / "replica-2.db", station_keys().database)
    migrate(left, "replica")
    left.execute(
        "INSERT INTO member VALUES ('ghost', NULL, '', '', '[]', 0, '', '', 0, 0, NULL, NULL, NULL, NULL)"
    )
    shutil.copy(tmp_path / "store" / "replica-2.db-wal", tmp_path / "wal")
    left.close()
    shutil.copy(tmp_path / "wal", tmp_path / "store" / "replica-2.db-wal")
    draft = store.begin_replica()
    assert draft.replica.count("member") == 0
    store.adopt_replica(draft)
    store.reopen()
    assert store.replica.count("member") == 0


def test_ten_replicas_on_the_right_one_is_kept(
    tmp_path: Path, store: StationStore, keys_in: MemoryKeyStore
) -> None:
    for number in range(2, 12):
        draft = store.begin_replica()
        assert draft.number == number
        with draft.atomic():
            draft.replica.put_row("member", MEMBER | {"balance": number})
        store.adopt_replica(draft)
    store.close()
    store = StationStore(tmp_path / "store", key_store=keys_in, clock=SetClock(NOW_MS))
    assert replicas(tmp_path / "store") == ["replica-11.db"]
    member = store.replica.member("r-1")
    assert member is not None and member.balance == 11
    store.close()


def named(store: StationStore, typed: str, **how: int) -> list[str]:
    return [row.name for row in store.replica.members_named(typed, **how)]


def test_members_are_found_by_any_word_of_their_name_whatever_is_typed(store: StationStore) -> None:
    names = ["Ana-María O\u2019Neil K.", "Maria B.", "Łukasz Ø.", "Jürgen Weiß", "김민수", "Anabel C."]
    put(store, "member", *(MEMBER | {"ref": f"r-{at}", "name": name} for at, name in enumerate(names)))
    assert named(store, "ana") == ["Ana-María O\u2019Neil K.", "Anabel C."]
    assert named(store, "MARIA") == ["Maria B.", "Ana-María O\u2019Neil K."]
    assert named(store, "oneil k") == named(store, "María  o'ne") == ["Ana-María O\u2019Neil K."]
    assert named(store, "lukasz o") == ["Łukasz Ø."] and named(store, "JURGEN WEISS") == ["Jürgen Weiß"]
    assert named(store, "김민") == ["김민수"] and named(store, "maria b") == ["Maria B."]
    assert named(store, "k") == [] and named(store, " .-' ") == [] and named(store, "zoe") == []
    assert named(store, "a", limit=1) == ["Ana-María O\u2019Neil K."]


def test_a_member_is_found_by_their_newest_name_only(store: StationStore) -> None:
    put(store, "member", MEMBER | {"name": "Ada Maria L."})
    assert named(store, "maria") == ["Ada Maria L."]
    put(store, "member", MEMBER | {"name": "Eva Sofia L."})
    assert (named(store, "maria"), named(store, "ada"), named(store, "sofia")) == ([], [], ["Eva Sofia L."])
    with store.replica_atomic():
        store.replica.delete_row("member", MEMBER["ref"])
    assert named(store, "eva") == named(store, "sofia") == []
    put(store, "member", MEMBER | {"name": "Eva L."})
    assert (named(store, "eva"), named(store, "sofia")) == (["Eva L."], [])


def test_a_member_who_is_found_by_two_words_is_shown_once(store: StationStore) -> None:
    put(store, "member", MEMBER | {"name": "Jo Jo Joanna"})
    assert named(store, "jo") == ["Jo Jo Joanna"]


def test_a_replica_of_the_first_form_learns_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(tmp_path / "old.db", bytes(32))
    with monkeypatch.context() as patched:
        names = load.names
        patched.setattr(load, "names", lambda folder: list(names(folder))[:1])
        migrate(database, "replica")
    database.execute("INSERT INTO member VALUES ('r', NULL, 'Zoë Maria K.', '', '[]', 0, 'active')")
    migrate(database, "replica")
    replica = Replica(database)
    assert [row.ref for row in replica.members_named("zoe") + replica.members_named("maria k")] == ["r", "r"]
    database.close()


def test_a_finished_draft_has_its_indexes_and_is_durable_as_ever(store: StationStore) -> None:
    indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    before = store._replica_db.execute(indexes).fetchall()
    draft = store.begin_replica()
    assert draft.database.execute(indexes).fetchall() == []
    draft.finish()
    store.adopt_replica(draft)
    assert store._replica_db.execute(indexes).fetchall() == before
    assert store._replica_db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._replica_db.execute("PRAGMA synchronous").fetchone() == (1,)
