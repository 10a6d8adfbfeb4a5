"""Rows as HQ sends them: what is of another form stays out of the replica, what a newer HQ adds is left alone."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.json import decode, encode
from msgspec.structs import replace
from sqlalchemy import delete, select

from hq.feed import MEMBER, Change, announce
from hq.members.service import MemberFacts, upsert_members
from hq.tables import device, member
from sync.faults import HqUnreachable, HqUntrusted
from sync.protocol import Changes, Row
from sync.rows import read_block, read_page
from tests.sync.world import REF

GOOD = {"ref": REF, "number_hash": None, "name": "A", "tier": "", "segments": [], "balance": 0, "state": "a"}
WORD = {"device": "D1", "epoch": 1, "seq": 1, "verdict": "posted", "codes": [], "case": None}
CARD = {"code_hash": "h", "rule_id": "r", "uses_max": 0, "uses": 0, "owner": None, "ends_on": None}


def test_what_a_newer_hq_adds_is_left_alone(world):
    shop = world.shop().synced()
    newer = [
        Row(t="raffle", k="g", v={"balance": 5}),
        Row(t="member", k=REF, v=GOOD | {"name": "Ada X.", "favourite": "tea", "lots": [1, 2]}),
        Row(t="raffle", op="del", k="g"),
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


BAD = [
    ("member", {"ref": REF}),
    ("member", None),
    ("member", GOOD | {"balance": "12"}),
    ("member", GOOD | {"balance": 1 << 63}),
    ("member", GOOD | {"segments": "tea"}),
    ("member", GOOD | {"name": None}),
    ("voucher", CARD | {"ends_on": "soon"}),
    ("voucher", CARD | {"uses": 1.5}),
    ("verdict", {"device": "D1", "epoch": 1}),
    ("member", GOOD | {"holder": 7}),
    ("member", GOOD | {"punches": {"coffee": "9"}}),
    ("member", GOOD | {"uses": {"coffee": {"soon": 1}}}),
    ("counter", {"key": "uses:coffee", "n": "3"}),
]


@pytest.mark.parametrize(("kind", "values"), BAD)
def test_a_row_of_another_form_is_left_out_and_the_others_arrive(world, kind, values):
    shop = world.shop().synced()
    world.card()
    new = [Row(t="member", k=ref, v=GOOD | {"ref": ref}) for ref in ("new", "last")]
    rows = [new[0], Row(t=kind, k=REF, v=values), new[1]]
    upsert_members(world.hq, [MemberFacts(REF, name="Ada M.", home_store="s-1")])
    before = shop.store.replica.position()
    shop.hq.alter("changes", lambda page: replace(page, rows=rows))
    shop.syncer.pull()
    assert all(shop.store.replica.member(ref) for ref in ("new", "last"))
    assert shop.store.replica.member(REF).name == "Ada L."  # as it was
    assert shop.store.replica.position().cursor > before.cursor


@pytest.mark.parametrize(
    "row",
    [
        Row(t="member", op="merge", k=REF, v=GOOD),
        Row(t="verdict", op="del", k="D1:1:1"),
        Row(t="raffle", k="g", v={}),
    ],
)
def test_an_unknown_word_about_a_row_is_no_reason_to_stop(world, row):
    shop = world.shop().synced()
    shop.hq.alter("changes", lambda page: replace(page, rows=[row]))
    shop.syncer.pull()
    assert shop.store.replica.member(REF).name == "Ada L."


def skipped(world):
    with world.hq.database.reading() as connection:
        return connection.execute(select(device.c.rows_skipped)).scalar_one()


def test_hq_hears_once_how_many_rows_could_not_be_used(both):
    shop = both.shop().synced()
    bad = [Row(t="member", k=REF, v={}), Row(t="member", op="merge", k=REF)]
    shop.hq.alter("changes", lambda page: replace(page, rows=bad))
    shop.syncer.pull()
    del shop.hq.changes
    assert skipped(both) == 0
    shop.hq.lose_answer_of("push")
    with pytest.raises(HqUnreachable):
        shop.syncer.sync()
    shop.syncer.sync()
    assert skipped(both) == 4  # an answer that got lost counts them again: better than not at all
    shop.syncer.sync()
    assert skipped(both) == 4


def test_a_row_that_hq_lost_the_fact_of_is_told_as_gone(both):
    """A feed that fails at one of its rows would fail for every station of the store, for ever."""
    shop = both.shop().synced()
    with both.hq.database.atomic() as connection:
        connection.execute(delete(member))
        announce(connection, [Change("s-1", MEMBER, REF)])
    shop.syncer.pull()
    assert shop.store.replica.member(REF) is None


def test_a_line_nested_too_deep_is_none_of_hqs():
    with pytest.raises(HqUntrusted):
        read_block(b'{"t": "gift", "cols": ["a"], "rows": ' + b"[" * 100_000)


def test_of_a_snapshots_lines_only_the_bad_rows_are_left_out():
    columns = list(GOOD)
    rows = [list((GOOD | {"ref": "a"}).values()), list((GOOD | {"balance": "x"}).values()), ["short"], 7]
    rows.append(list((GOOD | {"ref": "b"}).values()))
    block = read_block(encode({"t": "member", "cols": columns, "rows": rows}))
    assert ([row[0] for row in block.rows], block.skipped) == (["a", "b"], 3)


def test_rights_come_with_the_rows_of_a_newer_hq_and_are_unknown_by_an_older_one(world):
    shop = world.shop().synced()
    uses = {"coffee": {"2026-01-04": 2}}
    rows = [
        Row(t="member", k=REF, v=GOOD | {"holder": "D7", "uses": uses}),
        Row(t="voucher", k="h", v=CARD | {"holder": "D7"}),
        Row(t="counter", k="uses:coffee", v={"key": "uses:coffee", "n": 3}),
    ]
    shop.hq.alter("changes", lambda page: replace(page, rows=rows))
    shop.syncer.pull()
    rights = shop.store.replica.rights
    assert (rights.holder_of_points(REF), rights.holder_of_voucher("h")) == ("D7", "D7")
    assert rights.uses_of_member(REF) == uses and rights.counters(["uses:coffee"])["uses:coffee"].n == 3
    rows[:] = [
        Row(t="member", k=REF, v=GOOD),
        Row(t="voucher", k="h", v=CARD),
        Row(t="counter", op="del", k="uses:coffee"),
    ]
    shop.syncer.pull()
    assert (rights.holder_of_points(REF), rights.holder_of_voucher("h")) == (None, None)
    assert rights.uses_of_member(REF) is None and rights.counters(["uses:coffee"]) == {}


def test_rights_come_with_a_snapshot(world):
    columns = [*GOOD, "uses", "holder"]
    rows = [[*GOOD.values(), {"coffee": {"2026-01-04": 2}}, "D7"]]
    block = read_block(encode({"t": "member", "cols": columns, "rows": rows}))
    shop = world.shop().synced()
    with shop.store.replica_atomic():
        shop.store.replica.put_rows(block.t, block.cols, block.rows)
    rights = shop.store.replica.rights
    assert (
        rights.uses_of_member(REF) == {"coffee": {"2026-01-04": 2}} and rights.holder_of_points(REF) == "D7"
    )


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | FLOATS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
values = st.one_of(
    anything,
    st.sampled_from([GOOD, CARD, WORD]),
    st.builds(
        lambda facts, name, other: facts | {name: other},
        st.sampled_from([GOOD, CARD, WORD]),
        st.sampled_from([*GOOD, *CARD, *WORD]),
        anything,
    ),
)
row_like = st.fixed_dictionaries(
    {},
    optional={
        "t": st.sampled_from(["member", "voucher", "verdict", "gift"]) | anything,
        "op": st.sampled_from(["put", "del", "merge"]) | anything,
        "k": st.just(REF) | anything,
        "v": values,
        "mood": anything,
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(row_like | anything, max_size=6))
def test_whatever_stands_in_a_page_ends_no_sync(world, rows):
    """Unknown words, new fields, missing fields, values of another kind: used, or left out; never a crash."""
    shop = getattr(world, "kept_shop", None) or world.shop().synced()
    world.kept_shop = shop
    position = shop.store.replica.position()
    page = json.loads(encode(shop.hq.real.changes(cursor=position.cursor, set_id=position.set_id)))
    good = {"t": "member", "k": "sure", "v": GOOD | {"ref": "sure", "name": f"{len(rows)} A."}}
    content = json.dumps(page | {"rows": [*rows, good]}).encode()
    shop.hq.changes = lambda **_: read_page(content)
    shop.syncer.pull()
    assert shop.store.replica.member("sure").name == f"{len(rows)} A."
    read = [shop.store.replica.member(REF), shop.store.replica.voucher("h"), shop.store.replica.position()]
    assert read[2].cursor == page["next"]
