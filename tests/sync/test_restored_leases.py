"""An HQ put back from a backup has forgotten the leases of the lost day: stations show them, and then it goes on."""

from sqlalchemy import select

from app.station.redeem import hand_in
from hq.authority.recounting import is_under_way
from hq.authority.tables import lease
from hq.campaigns.service import publish_program
from hq.tables import journal
from sync.authority_wire import Asked, AuthorizeRequest
from tests.builders import NOW_MS, a_program, an_order, at_till
from tests.station.rights import DAY_MS, HOUR_MS, by_itself
from tests.sync.test_restored_hq import put_back

LIMIT = 40


def sold(shop, number: int) -> int:
    hand_in(shop.store, an_order(f"{shop.folder.name}-{number}", ("coffee", 500)), at_till())
    return next(e.data["discount"] for e in shop.store.journal.entries_backwards() if e.type == "order")


def rows(world) -> dict[str, tuple[str, int, int]]:
    """Return the leases that HQ knows: whose each is, for how much, and what was told of it."""
    with world.hq.database.reading() as connection:
        return {
            row.lease_id: (row.device, row.units, row.used)
            for row in connection.execute(select(lease).where(lease.c.state == "open"))
        }


def word_for(world, shop) -> str:
    """Return HQ's reservation for one more use that a station asks for, "" if it makes none."""
    asked = Asked(name="r", rule="coffee-1", campaign="coffee", discount=100)
    version = shop.store.replica.document_version("program")
    request = AuthorizeRequest(
        epoch=1, order_id="asked", member=None, level="A1", program_version=version, asked=[asked]
    )
    (word,) = shop.hq.authorize(request).words
    return word.reservation


def has_all(world) -> bool:
    with world.hq.database.reading() as connection:
        return not is_under_way(connection)


def test_stations_show_their_leases_at_once_and_then_there_are_new_ones(web_world, tmp_path) -> None:
    world = web_world
    publish_program(
        world.hq, a_program(campaigns=[by_itself(limits={"uses": LIMIT})], version=2), is_meant=True
    )
    first, second = world.shop("s-1"), world.shop("s-2")
    backup = world.back_up(tmp_path / "backup")
    for shop in (first, second):
        shop.syncer.sync()
        assert sold(shop, 1) == 100
        shop.syncer.sync()
    given = rows(world)
    assert sum(used for *_, used in given.values()) == 2
    assert sold(second, 2) == 100  # which HQ hears of only after it was put back
    put_back(world, backup)
    assert rows(world) == {} and not has_all(world)

    first.syncer.sync()
    ours = {name: row for name, row in given.items() if row[0] == first.store.device.device_id}
    assert rows(world) == ours, "known again by the same sync, with what its entries told, and no other yet"
    assert not word_for(world, first) and not has_all(world)

    second.syncer.sync()
    known = rows(world)
    assert {name: known[name][:2] for name in given} == {name: row[:2] for name, row in given.items()}
    assert sum(used for *_, used in known.values()) == 3
    assert len(known) > len(given), "and it hands out as ever"
    assert has_all(world) and word_for(world, first)


def test_what_was_used_of_a_lease_before_it_was_shown_is_no_fault_and_is_known(web_world, tmp_path) -> None:
    """Entries come before leases are shown, those from after HQ was put back too; then the books hold all of them."""
    world = web_world
    publish_program(
        world.hq, a_program(campaigns=[by_itself(limits={"uses": LIMIT})], version=2), is_meant=True
    )
    shop = world.shop()
    backup = world.back_up(tmp_path / "backup")
    shop.syncer.sync()
    assert sold(shop, 1) == 100
    shop.syncer.sync()
    put_back(world, backup)
    world.clock.set_ms(NOW_MS + HOUR_MS)
    assert sold(shop, 2) == 100
    shop.syncer.sync()
    assert [used for *_, used in rows(world).values()] == [2]
    world.clock.set_ms(NOW_MS + 8 * DAY_MS)
    shop.syncer.sync()
    with world.hq.database.reading() as connection:
        told = connection.execute(select(journal.c.type, journal.c.flags).order_by(journal.c.seq)).all()
    assert [tuple(row) for row in told] == [("order", ""), ("order", ""), ("lease_close", "")]
