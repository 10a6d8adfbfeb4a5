"""The parts of the program beside its campaigns, by whoever may change each: drafted, compared, published together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.audit.service import record
from hq.audit.tables import ABOUT_MAX
from hq.campaigns.composing import Composed, compose, newest_program
from hq.campaigns.diffs import Difference, differences
from hq.campaigns.drafting import Match, any_version, changing
from hq.campaigns.part_rows import (
    BASIC_KEYS,
    BASICS,
    LISTS,
    NEEDED,
    PARTS,
    PartRow,
    changed_parts,
    find_part,
    part_in,
    store_part,
    written_part,
)
from hq.campaigns.publishing import broken_by, of_running
from hq.campaigns.scenarios import Ran
from hq.campaigns.service import publish_in
from hq.campaigns.store import read_document
from hq.campaigns.weights import check_ceilings, weight_of_earning, weight_of_schemes
from hq.faults import NotHere, NotPossible
from hq.home import Hq
from hq.tables import document


@dataclass(frozen=True)
class ProgramPart:
    """A part: what it is to become (`body`), what is published, and by whom it was changed. Times are UTC ms."""

    part: str
    body: Any
    published: Any
    has_changes: bool
    version: int
    changed_by: str
    changed_ms: int


@dataclass(frozen=True)
class PartsCheck:
    """What stands in the way of publishing parts: see `publishing.Check`."""

    parts: tuple[str, ...]
    problem: str
    doubts: tuple[str, ...]
    others_failed: tuple[Ran, ...]

    @property
    def is_ready(self) -> bool:
        """Tell whether they could be published without saying that they are meant."""
        return not (self.problem or self.doubts or self.others_failed)


@dataclass(frozen=True)
class ProgramVersion:
    """A published version of the program. `published_ms` is UTC milliseconds."""

    version: int
    published_ms: int


def list_parts(hq: Hq) -> list[ProgramPart]:
    """Return all parts, those that were never said too."""
    with hq.database.reading() as connection:
        newest, drafts = newest_program(connection), changed_parts(connection)
        return [_part(newest, drafts.get(part) or find_part(connection, part)) for part in PARTS]


def read_part(hq: Hq, part: str) -> ProgramPart:
    """Return a part. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return _part(newest_program(connection), _find(connection, part))


def put_part(hq: Hq, actor: Actor, part: str, body: Any, *, match: Match = any_version) -> ProgramPart:
    """Say what a part is to become; None takes it out.

    Its content is checked when it is published, and by `check_parts`. Raises `NotHere`, `Forbidden`,
    `ChangedMeanwhile`, `NotPossible`.
    """
    _need(actor, part)
    _check_form(part, body)
    with changing(hq) as connection:
        newest, old = newest_program(connection), _find(connection, part)
        match(old.version)
        is_changed = written_part(body) != written_part(part_in(newest, part))
        changed = replace(old, is_changed=is_changed, body=body if is_changed else None)
        return _keep(hq, connection, actor, old, changed, "program.drafted", newest)


def discard_part(hq: Hq, actor: Actor, part: str, *, match: Match = any_version) -> ProgramPart:
    """Let a part be as it is published. Raises `NotHere`, `Forbidden`, `ChangedMeanwhile`."""
    _need(actor, part)
    with changing(hq) as connection:
        newest, old = newest_program(connection), _find(connection, part)
        match(old.version)
        changed = replace(old, is_changed=False, body=None)
        return _keep(hq, connection, actor, old, changed, "program.draft_discarded", newest)


def diff_part(hq: Hq, part: str) -> list[Difference]:
    """Return what a part's draft changes. Raises `NotHere`."""
    found = read_part(hq, part)
    return differences(found.published, found.body)


def check_parts(hq: Hq, parts: Sequence[str] = (), *, language: str = "en") -> PartsCheck:
    """Look at the drafts of some parts, or of all, as they would be published. Raises `NotHere`, `NotPossible`."""
    with hq.database.reading() as connection:
        chosen = _chosen(connection, parts)
        composed = compose(connection, parts=chosen)
        return _check(connection, chosen, composed, language=language)


def publish_parts(
    hq: Hq, actor: Actor, parts: Sequence[str] = (), *, note: str = "", is_meant: bool = False
) -> ProgramVersion:
    """Publish the drafts of some parts, or of all.

    Raises `NotHere`, `NotPossible`, `Forbidden`, `OverCeiling`.
    """
    with changing(hq) as connection:
        chosen = _chosen(connection, parts)
        if not chosen:
            raise NotPossible("Nothing of the program was changed.")
        for part in chosen:
            _need(actor, part)
        composed = compose(connection, parts=chosen)
        found = _check(connection, chosen, composed)
        if found.problem:
            raise NotPossible(f"This can't be published: {found.problem}")
        if "earning" in chosen:
            check_ceilings(actor, weight_of_earning(composed.document["earning"]))
        if composed.program is not None:
            check_ceilings(actor, weight_of_schemes(composed.program, chosen))
        if not is_meant and not found.is_ready:
            failed = (
                f"{each.campaign_id}, {each.name}: {'; '.join(each.why)}" for each in found.others_failed
            )
            told = "".join(f"\n- {each}" for each in (*found.doubts, *failed))
            raise NotPossible(f"Look at this first:{told}")
        named = f"program:{','.join(chosen)}"
        what = named if len(named) <= ABOUT_MAX else "program"
        made = publish_in(hq, connection, composed.body, is_meant=True, actor=actor, note=note, what=what)
        return ProgramVersion(made.version, hq.clock.now_ms())


def list_program_versions(hq: Hq, *, before: int | None = None, limit: int = 50) -> list[ProgramVersion]:
    """Return published versions of the program, the newest first, those before a version where one is given."""
    statement = select(document.c.version, document.c.published_ms).where(document.c.kind == "program")
    if before is not None:
        statement = statement.where(document.c.version < before)
    with hq.database.reading() as connection:
        found = connection.execute(statement.order_by(document.c.version.desc()).limit(limit))
        return [ProgramVersion(row.version, row.published_ms) for row in found]


def read_program_version(hq: Hq, version: int) -> bytes:
    """Return the bytes of a published program. Raises `NotHere`."""
    with hq.database.reading() as connection:
        found = read_document(connection, "program", version)
    if found is None:
        raise NotHere(f"There is no version {version} of the program.")
    return found.body


def _need(actor: Actor, part: str) -> None:
    actor.need(PARTS.get(part, Scope.CAMPAIGNS_WRITE))


def _find(connection: Connection, part: str) -> PartRow:
    if part not in PARTS:
        raise NotHere(f"A program has no part {part[:40]!r}; there are {', '.join(PARTS)}.")
    return find_part(connection, part)


def _chosen(connection: Connection, parts: Sequence[str]) -> list[str]:
    """Return the parts that were meant and have a draft; all that have where none was named."""
    drafted = changed_parts(connection)
    for part in parts:
        _find(connection, part)
        if part not in drafted:
            raise NotPossible(f"The part {part} is as it is published.")
    return [part for part in drafted if part in parts or not parts]


def _check_form(part: str, body: Any) -> None:
    """Raise `NotPossible` where a part is of another form than the program has it in."""
    if body is None:
        if part in NEEDED:
            raise NotPossible(f"No program goes without {part}.")
        return
    wanted = list if part in LISTS else dict
    if not isinstance(body, wanted):
        raise NotPossible(f"{part} is {'a list' if wanted is list else 'an object'}.")
    if part == BASICS and set(body) != set(BASIC_KEYS):
        raise NotPossible(f"{part} has {', '.join(BASIC_KEYS)}, and nothing else.")
    written_part(body)


def _check(
    connection: Connection, chosen: Sequence[str], composed: Composed, *, language: str = "en"
) -> PartsCheck:
    failed = broken_by(composed, of_running(connection), language=language)
    return PartsCheck(tuple(chosen), composed.problem, composed.doubts, failed)


def _keep(
    hq: Hq,
    connection: Connection,
    actor: Actor,
    old: PartRow,
    changed: PartRow,
    action: str,
    newest: dict[str, Any] | None,
) -> ProgramPart:
    if changed == old:
        return _part(newest, old)
    now_ms = hq.clock.now_ms()
    kept = replace(changed, version=old.version + 1, changed_by=actor.name, changed_ms=now_ms)
    store_part(connection, kept)
    before, after = _part(newest, old), _part(newest, kept)
    record(
        connection,
        actor,
        action,
        f"program:{old.part}",
        now_ms=now_ms,
        before={"body": before.body},
        after={"body": after.body},
    )
    return after


def _part(newest: dict[str, Any] | None, row: PartRow) -> ProgramPart:
    published = part_in(newest, row.part)
    return ProgramPart(
        part=row.part,
        body=row.body if row.is_changed else published,
        published=published,
        has_changes=row.is_changed,
        version=row.version,
        changed_by=row.changed_by,
        changed_ms=row.changed_ms,
    )
