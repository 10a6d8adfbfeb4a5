"""Any journal, any change by somebody who has the database key: found at the next opening."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.overlay import effects_of
from app.station.identify import identify
from app.station.redeem import hand_in
from app.store.faults import StoreRolledBack
from app.store.keystore import MemoryKeyStore
from tests.builders import a_store, a_voucher, an_order, at_till
from tests.store.through_key import through_key
from tests.store.victim import CHANGED_COLUMNS, Victim, set_column


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), appended=st.integers(1, 12))
def test_any_change_is_found(tmp_path_factory: pytest.TempPathFactory, seed: int, appended: int) -> None:
    chance = random.Random(seed)
    folder, keys_in = tmp_path_factory.mktemp("any") / "store", MemoryKeyStore()
    store = a_store(folder, keys_in=keys_in)
    voucher = a_voucher(store)
    for number in range(appended):
        if chance.random() < 0.3:
            identify(store, f"nonsense {number}")
        presented = [identify(store, voucher) for _ in range(chance.randrange(3))]
        hand_in(store, an_order(f"A-{number}", ("coffee", chance.randrange(500))), at_till(None, *presented))
    store.close()
    victim = Victim(folder, keys_in)
    with through_key(folder / "journal.db") as database:
        seqs = [seq for (seq,) in database.execute("SELECT seq FROM journal ORDER BY seq")]
    first, kind = chance.choice(seqs), chance.choice(["byte", "delete", "column", "effect", "insert"])
    victim.change(lambda database: tamper(database, kind, first, chance))
    if kind == "delete" and first == seqs[-1]:
        with pytest.raises(StoreRolledBack):
            victim.open()
    else:
        assert victim.first_bad_seq(with_mark=False) == first


def tamper(db: Any, kind: str, seq: int, chance: random.Random) -> None:
    """Do one thing to the entry with this number."""
    if kind == "byte":
        (body,) = db.execute("SELECT body FROM journal WHERE seq = ?", (seq,)).fetchone()
        changed = bytearray(body)
        changed[chance.randrange(len(body))] ^= chance.randrange(1, 256)
        db.execute("UPDATE journal SET body = ? WHERE seq = ?", (bytes(changed), seq))
    elif kind == "delete":
        db.execute("DELETE FROM effect WHERE seq = ?", (seq,))
        db.execute("DELETE FROM journal WHERE seq = ?", (seq,))
    elif kind == "column":
        column = chance.choice(list(CHANGED_COLUMNS.keys() - {"body", "amount"}))
        set_column(column, "'other'" if column == "type" else CHANGED_COLUMNS[column], seq)(db)
    elif kind == "effect":
        (entry_type, body) = db.execute("SELECT type, body FROM journal WHERE seq = ?", (seq,)).fetchone()
        if effects_of(entry_type, json.loads(body)["data"]) and chance.random() < 0.5:
            db.execute("DELETE FROM effect WHERE seq = ?", (seq,))
        else:
            db.execute("INSERT INTO effect VALUES (1, ?, 'points_pending', 'x', 5)", (seq,))
    else:  # put an entry in, and let the others move up
        db.execute("UPDATE effect SET seq = -seq WHERE seq >= ?", (seq,))
        db.execute("UPDATE effect SET seq = 1 - seq WHERE seq < 0")
        db.execute("UPDATE journal SET seq = -seq WHERE seq >= ?", (seq,))
        db.execute("UPDATE journal SET seq = 1 - seq WHERE seq < 0")
        db.execute(
            "INSERT INTO journal SELECT epoch, ?, entry_id || 'x', type, body, prev, hash, sig, wall_ms, boot,"
            " boot_ms, tq FROM journal WHERE seq = ?",
            (seq, seq + 1),
        )
