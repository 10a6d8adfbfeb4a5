"""Views that somebody saved: a list with its filters under a name, for themselves or for all who may see the list."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select

from app.ids import new_id
from hq.access.actor import Actor
from hq.audit.service import record
from hq.console.tables import saved_view
from hq.faults import Forbidden, NotHere, NotPossible
from hq.home import Hq

TITLE_MAX, PLACE_MAX = 60, 1_000
VIEWS_MAX = 40  # of one person


@dataclass(frozen=True)
class View:
    """A saved view: `place` is the list's path with its filters."""

    view_id: str
    staff: str
    noun: str
    title: str
    place: str
    is_shared: bool


def list_views(hq: Hq, actor: Actor, noun: str) -> list[View]:
    """Return a list's views that are somebody's own or shared, by title."""
    theirs = or_(saved_view.c.staff == actor.name, saved_view.c.is_shared == 1)
    found = select(saved_view).where(saved_view.c.noun == noun, theirs)
    with hq.database.reading() as connection:
        rows = connection.execute(found.order_by(saved_view.c.title, saved_view.c.view_id)).all()
    return [_view(row) for row in rows]


def save_view(hq: Hq, actor: Actor, *, noun: str, title: str, place: str, is_shared: bool) -> View:
    """Keep a list's filters under a title; another of the same title is replaced. Raises `NotPossible`."""
    title, place = " ".join(title.split()), place.strip()
    if not title or len(title) > TITLE_MAX or not title.isprintable():
        raise NotPossible(f"A view's name has 1 to {TITLE_MAX} characters.")
    if (
        not place.startswith("/console/")
        or len(place) > PLACE_MAX
        or not place.isprintable()
        or "\\" in place
    ):
        raise NotPossible("This list can't be saved.")
    now_ms, own = hq.clock.now_ms(), saved_view.c.staff == actor.name
    new = View(new_id(), actor.name, noun, title, place, is_shared)
    with hq.database.atomic() as connection:
        same = own, saved_view.c.noun == noun, saved_view.c.title == title
        connection.execute(delete(saved_view).where(*same))
        if connection.execute(select(func.count()).where(own)).scalar_one() >= VIEWS_MAX:
            raise NotPossible(f"Nobody keeps more than {VIEWS_MAX} views. Delete one first.")
        row = {**new.__dict__, "is_shared": int(is_shared), "created_ms": now_ms}
        connection.execute(insert(saved_view), row)
        said = {"title": title, "place": place, "shared": is_shared}
        record(connection, actor, "view.saved", f"view:{new.view_id}", now_ms=now_ms, after=said)
    return new


def delete_view(hq: Hq, actor: Actor, view_id: str) -> View:
    """Forget a view of one's own. Raises `NotHere`, `Forbidden`."""
    with hq.database.atomic() as connection:
        row = connection.execute(select(saved_view).where(saved_view.c.view_id == view_id)).one_or_none()
        if row is None:
            raise NotHere("This view is gone.")
        if row.staff != actor.name:
            raise Forbidden("Only the one who saved a view can delete it.")
        connection.execute(delete(saved_view).where(saved_view.c.view_id == view_id))
        before = {"title": row.title, "place": row.place}
        record(connection, actor, "view.deleted", f"view:{view_id}", now_ms=hq.clock.now_ms(), before=before)
    return _view(row)


def _view(row: Row[Any]) -> View:
    return View(row.view_id, row.staff, row.noun, row.title, row.place, bool(row.is_shared))
