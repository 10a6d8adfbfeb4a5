"""Somebody who joins at a station in tests, and where what they said then stands."""

from sqlalchemy import select

from app.ids import new_ref
from app.station.enrol import Consent, Enrolled, as_typed, enrol
from hq.journal.case_tables import case
from hq.tables import metadata
from tests.store.pages import folder_bytes
from tests.sync.world import Shop, World

NAME, PHONE, EMAIL = "Zenobia Quixote", "+49 170 555-0123", "Zenobia@Quixote.example"
TRACES = (b"Zenobia", b"zenobia", b"Quixote", b"quixote", b"5550123", b"555-0123")
YES = Consent("mail", "2026-01", "en", is_given=True)
NO = Consent("phone", "2026-01", "en", is_given=False)


def join(shop: Shop, *, name: str = NAME, phone: str = PHONE, **said) -> Enrolled:
    """Let somebody join, as the till does."""
    typed = as_typed(new_ref(), name=name, phone=phone, consents=(YES, NO), **said)
    found = enrol(shop.store, typed, link="offline")
    assert isinstance(found, Enrolled), found
    return found


def ref_of(found: Enrolled) -> str:
    return found.member.member.ref


def lies_at(shop: Shop, traces=TRACES) -> list[str]:
    """Name the files of a station in whose pages, free ones and the WAL too, something stands that was typed."""
    found = folder_bytes(shop.folder, shop.store.keys.database)
    assert b"CREATE TABLE" in found["journal.db"]  # they are read rightly
    return sorted(name for name, content in found.items() if any(trace in content for trace in traces))


def tables_with_it(world: World) -> dict[str, int]:
    """Return HQ's tables in which something stands that was typed, with the number of their rows."""
    found = {}
    with world.hq.database.reading() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            if any(trace.decode() in str(rows) for trace in TRACES):
                found[table.name] = len(rows)
    return found


def cases(world: World) -> list[tuple[str, str]]:
    with world.hq.database.reading() as connection:
        rows = connection.execute(select(case).order_by(case.c.opened_ms, case.c.case_id))
        return [(row.flags, row.state) for row in rows]
