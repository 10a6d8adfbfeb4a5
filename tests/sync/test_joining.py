"""Somebody becomes a member at a station: their name goes to head office and nowhere else, by whichever way it comes."""

import pytest
from sqlalchemy import select

from app.ids import new_ref
from app.station.enrol import Consent, Enrolled, as_typed, enrol
from hq.members.exporting import export_member
from hq.tables import case, metadata
from tests.store.pages import folder_bytes
from tests.sync.world import Shop, World

NAME, PHONE, EMAIL = "Zenobia Quixote", "+49 170 5550123", "Zenobia@Quixote.example"
TRACES = (b"Zenobia", b"zenobia", b"Quixote", b"quixote", b"5550123")
YES = Consent("mail", "2026-01", "en", is_given=True)
NO = Consent("phone", "2026-01", "en", is_given=False)


@pytest.fixture
def shop(world):
    return world.shop().synced()


def join(shop: Shop, *, ref: str = "", name: str = NAME, phone: str = PHONE, **said) -> Enrolled:
    typed = as_typed(ref or new_ref(), name=name, phone=phone, consents=(YES, NO), **said)
    found = enrol(shop.store, typed, link="offline")
    assert isinstance(found, Enrolled), found
    return found


def ref_of(found: Enrolled) -> str:
    return found.member.member.ref


def lies_at(shop: Shop) -> list[str]:
    """The files of the station in whose pages, free ones too, anything stands that was typed."""
    found = folder_bytes(shop.folder, shop.store.keys.database)
    return sorted(name for name, content in found.items() if any(trace in content for trace in TRACES))


def tables_with_it(world: World) -> set[str]:
    with world.hq.database.reading() as connection:
        rows = {table.name: str(connection.execute(select(table)).all()) for table in metadata.sorted_tables}
    return {name for name, text in rows.items() if any(trace.decode() in text for trace in TRACES)}


def cases(world: World) -> list[tuple[str, str]]:
    with world.hq.database.reading() as connection:
        rows = connection.execute(select(case.c.flags, case.c.state).order_by(case.c.case_id))
        return [(row.flags, row.state) for row in rows]


def test_smoke(world, shop):
    found = join(shop, email=EMAIL, birthday="05-17")
    assert lies_at(shop) == [] and shop.store.enrolments.count() == 1
    shop.syncer.sync()
    assert shop.verdicts() == [(1, "posted")] and shop.store.enrolments.count() == 0
    told = export_member(world.hq, ref_of(found))
    print(told)
    assert tables_with_it(world) == {"personal", "member"}
    assert lies_at(shop) and {name.partition("-")[0] for name in lies_at(shop)} == {"replica"}
