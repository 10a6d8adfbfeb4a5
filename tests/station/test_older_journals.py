"""A journal of a program that knew nothing of uses and rights: it opens, holds, and goes on."""

from pathlib import Path

import pytest

from app.core import overlay
from app.core.entry import ORDER
from app.store import journal as journals
from tests.station.rights import Till, asking

NEW = ("uses", "authority", "known", "stock", "auth")


def test_entries_of_an_older_program_have_no_such_effects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = Till(tmp_path / "t", asking("always", limits={"uses": 10}))
    till.counter("uses:coffee", 1)
    kept = journals.effect_rows

    def older(entry):  # what it wrote down, and what it drew from that
        for key in NEW:
            if key != "auth" or entry.type == ORDER:
                entry.data.pop(key, None)
        if "auth" in entry.data:
            entry.data["auth"] = {"kind": "always"}
        return [
            row for row in kept(entry) if row[2] in ("order", "redemption", "points_pending", "voucher_use")
        ]

    write = journals.write_entry
    with monkeypatch.context() as patched:
        patched.setattr(journals, "effect_rows", older)
        patched.setattr(journals, "write_entry", lambda entry: (older(entry), write(entry))[1])
        till.sell(till.voucher(), member=till.member(uses={}))
    head = till.store.journal.head()
    till.restart()  # everything is looked at
    assert till.store.verified.head == head
    assert overlay.CAMPAIGN_USE not in {kind for (kind,) in till.store._db.execute("SELECT kind FROM effect")}
    till.sell(till.voucher(seed=2))
    till.restart()
    assert till.store.journal.effect_sum(overlay.CAMPAIGN_USE, "coffee", after_seq=0) == 1
    till.store.close()
