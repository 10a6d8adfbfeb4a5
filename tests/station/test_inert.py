"""What is scanned, and what a member or a store is called, is text to us: it does nothing anywhere."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import SetClock
from app.core.reasons import Reason, Refusal, sentence
from app.headless_told import member_answer
from app.logs import FORM, QuietFormatter
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from app.store.replica import TABLES
from app.store.store import StationStore
from app.terminal import plain
from tests.builders import NOW_MS, a_member, a_store, an_order, at_till
from tests.hostile import HOSTILE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StationStore]:
    store = a_store(tmp_path / "store", clock=SetClock(NOW_MS))
    yield store
    store.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_scan_that_is_something_else_is_an_unknown_code(store: StationStore, name: str) -> None:
    seen = identify(store, HOSTILE[name])
    assert isinstance(seen, Refusal)
    assert seen.reason in (Reason.UNKNOWN_CODE, Reason.CODE_UNREADABLE, Reason.CODE_IS_LINK)
    read_out = sentence(seen, money=str)
    assert read_out.isprintable() and len(read_out) <= 100
    (entry,) = store.journal.entries()
    assert HOSTILE[name][:12] not in json.dumps(entry.data, ensure_ascii=False)
    assert entry.data.keys() == {"store", "reason", "code_hash", "t_eff"}


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "half a letter"])  # no UTF-8 has it
def test_a_member_s_name_comes_out_as_it_is_and_goes_nowhere_else(store: StationStore, name: str) -> None:
    member = a_member(store, name=HOSTILE[name], tier=HOSTILE[name], segments=[HOSTILE[name]])
    seen = identify(store, member.code)
    assert isinstance(seen, SeenMember) and seen.name == HOSTILE[name]
    line = json.dumps(member_answer(seen))
    assert json.loads(line)["name"] == HOSTILE[name] and line.isascii() and line.isprintable()
    hand_in(store, an_order(), at_till(seen))
    (entry,) = store.journal.entries()
    assert entry.data["member"]["tier"] == HOSTILE[name] and "name" not in entry.data["member"]
    assert [row.ref for row in store.replica.members_named(HOSTILE[name][:20])] in ([member.ref], [])
    assert all(store.replica.count(kind) >= 0 for kind in TABLES)  # no table has gone


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "half a letter"])
def test_a_store_s_name_is_text_too(tmp_path: Path, name: str) -> None:
    store = a_store(tmp_path / "named", store_name=HOSTILE[name], store_id="s-1")
    assert store.device.store_name == HOSTILE[name]
    assert identify(store, a_member(store).code)
    store.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_log_line_and_a_line_at_the_terminal_stay_one_line(name: str) -> None:
    record = logging.LogRecord("app.x", logging.WARNING, "", 1, "row %s", (HOSTILE[name],), None)
    written = QuietFormatter(FORM).format(record)
    for line in (written, plain(HOSTILE[name])):
        assert line.isprintable() and len(line.splitlines()) == 1
    assert plain("Käse 1,50 € – 가나다") == "Käse 1,50 € – 가나다"
