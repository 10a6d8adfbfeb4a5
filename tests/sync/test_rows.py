"""Rows as HQ sends them: what is of another form stays out of the replica, what a newer HQ adds is left alone."""

import pytest
from msgspec.json import decode, encode
from msgspec.structs import replace

from sync.faults import HqUntrusted
from sync.protocol import Changes, Row
from tests.sync.world import REF

GOOD = {"ref": REF, "number_hash": None, "name": "A", "tier": "", "segments": [], "balance": 0, "state": "a"}
CARD = {"code_hash": "h", "rule_id": "r", "uses_max": 0, "uses": 0, "owner": None, "ends_on": None}


def test_what_a_newer_hq_adds_is_left_alone(world):
    shop = world.shop().synced()
    newer = [
        Row(t="gift_card", k="g", v={"balance": 5}),
        Row(t="member", k=REF, v=GOOD | {"name": "Ada X.", "favourite": "tea", "lots": [1, 2]}),
        Row(t="gift_card", op="del", k="g"),
    ]
    shop.hq.alter("changes", lambda page: replace(page, rows=newer))
    assert shop.syncer.pull() == 3
    assert shop.store.replica.member(REF).name == "Ada X."


def test_unknown_fields_of_an_answer_are_ignored(world):
    shop = world.shop().synced()
    position = shop.store.replica.position()
    page = shop.hq.changes(cursor=position.cursor, set_id=position.set_id)
    grown = encode(page)[:-1] + b',"mood":"good"}'
    assert decode(grown, type=Changes) == page


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("member", {"ref": REF}),
        ("member", None),
        ("member", GOOD | {"balance": "12"}),
        ("member", GOOD | {"balance": 1 << 63}),
        ("member", GOOD | {"segments": "tea"}),
        ("member", GOOD | {"name": None}),
        ("voucher", CARD | {"ends_on": "soon"}),
        ("voucher", CARD | {"uses": 1.5}),
    ],
)
def test_a_row_of_another_form_is_refused_and_nothing_of_its_chunk_stays(world, kind, values):
    shop = world.shop().synced()
    before = shop.store.replica.position()
    rows = [Row(t="member", k="new", v=GOOD | {"ref": "new"}), Row(t=kind, k=REF, v=values)]
    shop.hq.alter("changes", lambda page: replace(page, rows=rows))
    with pytest.raises(HqUntrusted, match=kind):
        shop.syncer.pull()
    assert shop.store.replica.member("new") is None
    assert shop.store.replica.position() == before
