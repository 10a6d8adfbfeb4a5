"""The feed and the snapshot: a reader that remembers one number ends up with what HQ holds of its scope."""

import random
import threading

import orjson
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import decode
from sqlalchemy import select

from app.core.codes import hash_number
from app.ids import new_ref
from hq import faults, snapshot
from hq.home import open_hq
from hq.keys import SIGN
from hq.members.service import MemberFacts, upsert_members
from hq.stores.devices import revoke
from hq.tables import member, member_scope, voucher
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.protocol import Changes, Manifest, MustRefetch, manifest_message
from tests.hq.station import REF, VOUCHER_RULE, enrol_station, program_body
from tests.hq.station import voucher as shown

REFS = [new_ref() for _ in range(6)]


class Reader:
    """A replica as simple as can be: rows by type and key, and the cursor of the last page."""

    def __init__(self, station, cursor=0):
        self.station = station
        self.cursor = cursor
        self.rows = {}
        self.included_seq = 0

    def read(self, limit=2000):
        while True:
            page = self.station.session.changes(
                cursor=self.cursor, set_id=self.station.hq.set_id, limit=limit
            )
            assert isinstance(page, Changes)
            assert len(page.rows) <= limit
            assert page.next > self.cursor or page.checkpoint
            self.cursor = page.next
            self.rows.update({(row.t, row.k): row.v for row in page.rows})
            if page.checkpoint:
                self.included_seq = page.included_seq
                return self


def held(hq, store):
    """What HQ's tables say a station of this store must know."""
    with hq.database.reading() as connection:
        members = connection.execute(
            select(member).join(member_scope, member_scope.c.member == member.c.ref)
            .where(member_scope.c.store == store)
        ).all()  # fmt: skip
        vouchers = connection.execute(select(voucher)).all()
    return {row.ref: row.balance for row in members} | {row.code_hash: row.uses_max for row in vouchers}


def known(reader):
    return {key: value.get("balance", value.get("uses_max")) for (_, key), value in reader.rows.items()}


def test_a_first_visit_brings_the_whole_member(hq, station):
    upsert_members(hq, [MemberFacts(REF, name="Ann B.", tier="gold", segments=("b", "a"))])
    reader = Reader(station).read()
    assert reader.rows == {}
    station.order("o1")
    station.push()
    assert reader.read().rows == {
        ("member", REF): {
            "ref": REF,
            "number_hash": None,
            "name": "Ann B.",
            "tier": "gold",
            "segments": ["a", "b"],
            "balance": 7,
            "state": "active",
            "codes_from_ms": 0,
            "holder": None,
            "uses": {},
            "more": None,
            "punches": {},
        }
    }
    assert reader.included_seq == 1
    assert Reader(enrol_station(hq, "S2")).read().rows == {}


def test_a_change_reaches_every_store_of_the_member(hq, station):
    upsert_members(hq, [MemberFacts(REF, home_store="S2")])
    other = Reader(enrol_station(hq, "S2")).read()
    station.order("o1")
    station.push()
    assert other.read().rows["member", REF]["balance"] == 7


def test_an_order_without_points_of_a_member_at_home_changes_nothing(hq, station):
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    reader = Reader(station).read()
    station.order("o1", amounts=(("MILK", 50),))
    station.push()
    cursor = reader.cursor
    assert reader.read().cursor == cursor


def test_vouchers_go_everywhere_and_their_uses_where_they_are_limited(hq, station):
    numbers = create_vouchers(hq, [NewVoucher(VOUCHER_RULE, uses_max=5), NewVoucher(VOUCHER_RULE)])
    limited, free = map(hash_number, numbers)
    other = Reader(enrol_station(hq, "S2")).read()
    assert other.rows["voucher", limited] == {
        "code_hash": limited,
        "rule_id": VOUCHER_RULE,
        "uses_max": 5,
        "uses": 0,
        "owner": None,
        "starts_on": None,
        "ends_on": None,
        "state": "active",
        "holder": None,
    }
    other.rows.clear()
    station.order("o1", vouchers=(shown(limited, uses_max=5), shown(free)), amounts=(("COFFEE", 900),))
    station.push()
    other.read()
    assert {key: value["uses"] for (_, key), value in other.rows.items()} == {limited: 1}


@settings(max_examples=25)  # each is an HQ of its own
@given(seed=st.integers(0, 2**32))
def test_whatever_happens_between_pages_a_reader_ends_with_what_hq_holds(
    homes, furnished, tmp_path_factory, seed
):
    chance = random.Random(seed)
    folder = homes.copy(furnished, tmp_path_factory.mktemp("feed") / "hq")
    hq = open_hq(folder)
    stations = [enrol_station(hq, "S1"), enrol_station(hq, "S2")]
    readers = [Reader(station) for station in stations]

    def act():
        doing = chance.randrange(4)
        station = chance.choice(stations)
        if doing == 0:
            upsert_members(
                hq, [MemberFacts(chance.choice(REFS), home_store=chance.choice((None, "S1", "S2")))]
            )
        elif doing == 1:
            create_vouchers(hq, [NewVoucher(VOUCHER_RULE)] * chance.randint(1, 3))
        else:
            station.order(f"o{len(station.bodies)}", ref=chance.choice(REFS))
            station.push(len(station.bodies))

    for _ in range(12):
        act()
        reader = chance.choice(readers)
        page = reader.station.session.changes(
            cursor=reader.cursor, set_id=hq.set_id, limit=chance.randint(1, 3)
        )
        reader.cursor = page.next
        reader.rows.update({(row.t, row.k): row.v for row in page.rows})
    for reader in readers:
        assert known(reader.read(limit=chance.randint(1, 4))) == held(hq, reader.station.store)
    hq.close()
    homes.forget(folder)


def test_readers_skip_nothing_while_two_stations_write(hq):
    stations = [enrol_station(hq, "S1"), enrol_station(hq, "S2")]
    upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in REFS])
    for station in stations:
        for n in range(60):
            station.order(f"o{n}", ref=REFS[n % len(REFS)])
    reader = Reader(enrol_station(hq, "S1"))

    def write(station):
        for n in range(1, 61):
            station.push(n, n)

    threads = [threading.Thread(target=write, args=(station,)) for station in stations]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        reader.read(limit=2)
    for thread in threads:
        thread.join()
    assert known(reader.read()) == held(hq, "S1")
    assert set(known(reader)) == set(REFS)


def test_a_cursor_of_another_set_or_beyond_the_end_starts_anew(hq, station):
    for asked in ({"cursor": 0, "set_id": "other"}, {"cursor": 99, "set_id": hq.set_id}):
        assert station.session.changes(**asked) == MustRefetch(set_id=hq.set_id)
    with pytest.raises(faults.Malformed):
        station.session.changes(cursor=-1, set_id=hq.set_id)


def manifest_of(station):
    return decode(station.session.manifest().body, type=Manifest)


def unpack(content):
    lines = zstandard.ZstdDecompressor().decompressobj().decompress(content).splitlines()
    return [
        dict(zip(block["cols"], row, strict=True)) | {"t": block["t"]}
        for block in map(orjson.loads, lines)
        for row in block["rows"]
    ]


def test_a_snapshot_and_the_feed_after_it_make_the_whole(hq, station):
    upsert_members(hq, [MemberFacts(ref, home_store="S1") for ref in REFS[:3]])
    create_vouchers(hq, [NewVoucher(VOUCHER_RULE)] * 450)
    station.order("o1", ref=REFS[0])
    station.push()
    signed = station.session.manifest()
    hq.keys.private[SIGN].public_key().verify(signed.sig, manifest_message(signed.body))
    manifest = manifest_of(station)
    content = station.session.snapshot(manifest.files[0].name)
    assert len(content) == manifest.files[0].size
    rows = unpack(content)
    assert {row["ref"]: row["balance"] for row in rows if row["t"] == "member"} == {
        REFS[0]: 7,
        REFS[1]: 0,
        REFS[2]: 0,
    }
    assert sum(row["t"] == "voucher" for row in rows) == 450
    assert manifest.included_seq == 1
    station.order("o2", ref=REFS[1])
    station.push(2)
    assert set(Reader(station, manifest.cursor).read().rows) == {("member", REFS[1])}


def test_snapshots_are_made_once_a_change_and_the_old_ones_go(hq, station):
    first = manifest_of(station)
    assert manifest_of(station).files == first.files
    for n in range(snapshot.KEPT_A_STORE + 2):
        create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
        station.session.manifest()
        assert len(list(hq.snapshots.iterdir())) <= snapshot.KEPT_A_STORE, n
    with pytest.raises(faults.NotHere):
        station.session.snapshot(first.files[0].name)


def test_a_device_gets_no_other_stores_snapshot_and_no_other_file(hq, station):
    name = manifest_of(station).files[0].name
    other = enrol_station(hq, "S2")
    for asked in (name, "../hq.db", "../keys/root-r1.key", name.replace(".zst", ".draft")):
        with pytest.raises(faults.NotHere):
            other.session.snapshot(asked)


def test_a_revoked_device_gets_nothing(hq, station):
    revoke(hq, station.owner.device_id)
    for ask in (
        station.session.manifest,
        lambda: station.session.document("program"),
        lambda: station.session.changes(cursor=0, set_id=hq.set_id),
    ):
        with pytest.raises(faults.Revoked):
            ask()


def test_changes_name_the_newest_documents(hq, station):
    from hq.campaigns.service import publish_program

    publish_program(hq, program_body(version=4))
    page = station.session.changes(cursor=0, set_id=hq.set_id)
    assert (page.program_version, page.keyset_version) == (4, 1)
