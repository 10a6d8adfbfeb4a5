"""The key stores keep what they are given; one contract for those that can be tried here."""

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.chain import Head
from app.store.faults import KeysMissing, StoreReadOnly
from app.store.keystore import (
    FileKeyStore,
    KeyStore,
    MemoryKeyStore,
    check_key_store,
    load_keys,
    load_mark,
    make_keys,
    save_keys,
    save_mark,
)

NO_KEYS = ("", "7", "[]", "{}", '{"database": 1}', '{"database": "00", "sign": "00", "box": ""}')
MAKERS: dict[str, Callable[[Path], KeyStore]] = {
    "file": lambda folder: FileKeyStore(folder / "state" / "keys"),
    "memory": lambda _: MemoryKeyStore(),
}


@pytest.fixture(params=MAKERS)
def keys_in(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    return MAKERS[request.param](tmp_path)


def test_texts_are_kept_by_name_and_replaced_whole(keys_in: KeyStore) -> None:
    assert keys_in.read("a") is None
    keys_in.write("a", "a long text before")
    keys_in.write("b", "other")
    keys_in.write("a", "short")
    assert (keys_in.read("a"), keys_in.read("b"), keys_in.read("c")) == ("short", "other", None)


def test_keys_come_back_as_they_were(keys_in: KeyStore) -> None:
    with pytest.raises(KeysMissing):
        load_keys(keys_in, "s")
    keys = make_keys(bytes(range(32)))
    save_keys(keys_in, "s", keys)
    found = load_keys(keys_in, "s")
    assert found.database == keys.database
    assert found.sign.private_bytes_raw() == keys.sign.private_bytes_raw()
    assert found.box.private_bytes_raw() == keys.box.private_bytes_raw()
    assert make_keys(bytes(32)).sign.private_bytes_raw() != keys.sign.private_bytes_raw()


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_is_no_set_of_keys_counts_as_missing(keys_in: KeyStore, text: str) -> None:
    keys_in.write("s.keys", text)
    with pytest.raises(KeysMissing):
        load_keys(keys_in, "s")


def test_the_mark_comes_back_as_it_was(keys_in: KeyStore) -> None:
    assert load_mark(keys_in, "s") is None
    for head in (Head(0, bytes(32)), Head(2**40, bytes(range(32)))):
        save_mark(keys_in, "s", head)
        assert load_mark(keys_in, "s") == head


@pytest.mark.parametrize("text", ["", "x", "5 xyz", "five 00"])
def test_what_is_no_mark_counts_as_missing_keys(keys_in: KeyStore, text: str) -> None:
    """As if there had never been one would let an older copy of the journal in."""
    keys_in.write("s.mark", text)
    with pytest.raises(KeysMissing):
        load_mark(keys_in, "s")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_key_files_are_for_this_user_only(tmp_path: Path) -> None:
    FileKeyStore(tmp_path / "keys").write("s.keys", "secret")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()] == [0o600]


def test_what_a_cut_off_write_left_is_no_key_and_no_hindrance(tmp_path: Path) -> None:
    keys_in = FileKeyStore(tmp_path)
    keys_in.write("s.mark", "5 00")
    (tmp_path / "s.mark.new").write_text("half of a ma")
    assert keys_in.read("s.mark") == "5 00"
    keys_in.write("s.mark", "6 00")
    assert keys_in.read("s.mark") == "6 00"


def test_a_place_that_cannot_be_used_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreReadOnly):
        FileKeyStore(tmp_path / "file").write("s.mark", "5 00")
    with pytest.raises(KeysMissing):
        FileKeyStore(tmp_path / "file").read("s.mark")


def test_marks_go_in_the_place_of_the_last_one_and_other_texts_are_written_anew(tmp_path: Path) -> None:
    keys_in = FileKeyStore(tmp_path)
    save_mark(keys_in, "s", Head(9, bytes(32)))
    place = (tmp_path / "s.mark").stat().st_ino
    with (tmp_path / "s.mark").open() as before:
        save_mark(keys_in, "s", Head(123_456, bytes(range(32))))
        assert (tmp_path / "s.mark").stat().st_ino == place
        assert before.read().startswith("0000123456 0001")
    assert load_mark(keys_in, "s") == Head(123_456, bytes(range(32)))
    for old, new in (("longer than the next", "short"), ("a" * 600, "b" * 600)):
        keys_in.write("s.text", old)
        with (tmp_path / "s.text").open() as before:
            keys_in.write("s.text", new)
            assert before.read() == old  # whoever had it open still has it whole
        assert keys_in.read("s.text") == new


def test_trying_a_place_leaves_nothing_there_but_what_was_there(tmp_path: Path) -> None:
    """A pairing code that HQ refuses would leave folders behind."""
    (tmp_path / "shop").mkdir()
    check_key_store(FileKeyStore(tmp_path / "shop" / "state" / "keys"))
    assert list(tmp_path.rglob("*")) == [tmp_path / "shop"]
    check_key_store(FileKeyStore(tmp_path / "shop"))
    assert (tmp_path / "shop").exists()
    FileKeyStore(tmp_path / "shop").write("s.keys", "of another")
    check_key_store(FileKeyStore(tmp_path / "shop"))
    assert list(tmp_path.rglob("*.*")) == [tmp_path / "shop" / "s.keys"]
