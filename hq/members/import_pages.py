"""Imports of members in the console: bring a file, say which column is what, try it, look at problems, bring it in."""

from typing import Any

from fastapi import Response

from hq.access.scopes import Scope
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.home import Hq
from hq.imports.files import problems_file
from hq.imports.pages import shown_of
from hq.imports.service import Import, problems_of
from hq.members import importing
from hq.members.attributes import list_attributes
from hq.members.mapping import ATTRIBUTE, CONSENT

PLACE = "/console/imports"
TARGETS = (
    ("", N_("Leave alone")),
    ("external_id", N_("What the other system calls them")),
    ("ref", N_("Our reference")),
    ("name", N_("Whole name")),
    ("phone", N_("Phone")),
    ("email", N_("E-mail")),
    ("birthday", N_("Birthday")),
    ("number", N_("Number on the card")),
    ("home_store", N_("Home store")),
)
pages = Pages("imports", N_("Imports"), place=PLACE, needs=Scope.MEMBERS_WRITE)


def newest_import(hq: Hq) -> str | None:
    """Return the newest import, for the pages' examples."""
    found = importing.list_imports(hq)
    return found[0].import_id if found else None


pages.example("/{import_id}", import_id=newest_import)


@pages.get("")
def show_imports(ask: Page) -> Response:
    """List the files that were brought, and take another one."""
    return _list(ask)


@pages.post("", needs=Scope.MEMBERS_WRITE)
def post_file(ask: Page) -> Response:
    """Keep a file, and go on to what its columns are."""
    file = ask.file("file")
    try:
        if file is None or not file.filename:
            raise Malformed("Choose a file first.")
        with file.file as content:
            found = importing.bring_file(ask.hq, ask.actor, file.filename, content.read())
    except HqFault as fault:
        return _list(ask, fault=fault)
    return ask.go(f"{PLACE}/{found.import_id}")


@pages.get("/{import_id}")
def show_import(ask: Page, import_id: str) -> Response:
    """Show a file: which column is what, how far its job is, and what was wrong with rows."""
    return _one(ask, importing.find_import(ask.hq, import_id))


@pages.post("/{import_id}", needs=Scope.MEMBERS_WRITE)
def post_run(ask: Page, import_id: str) -> Response:
    """Try a file, or bring its members in."""
    found = importing.find_import(ask.hq, import_id)
    mapping = {column: ask.text(f"column.{n}") for n, column in enumerate(found.sample[0])}
    for n, column in enumerate(found.sample[0]):
        if mapping[column] == CONSENT:
            mapping[column] = f"{CONSENT}{ask.text(f'what.{n}')}@{ask.text(f'version.{n}')}"
    try:
        importing.run_import(ask.hq, ask.actor, import_id, mapping, is_trial=ask.text("do") != "bring")
    except HqFault as fault:
        return _one(ask, found, fault=fault, mapping=mapping)
    return ask.go(f"{PLACE}/{import_id}", said=ask.said(N_("The job has begun. Look again in a moment.")))


@pages.get("/{import_id}/problems.csv")
def get_problems(ask: Page, import_id: str) -> Response:
    """Return the rows with problems as a file."""
    found = importing.find_import(ask.hq, import_id)
    return problems_file(found.sample[0], problems_of(ask.hq, found))


def _list(ask: PageAsk, *, fault: HqFault | None = None) -> Response:
    return ask.page("imports/list.html", fault=fault, rows=importing.list_imports(ask.hq))


def _one(
    ask: PageAsk, found: Import, *, fault: HqFault | None = None, mapping: dict[str, str] | None = None
) -> Response:
    schema = [(ATTRIBUTE + each.name, each.title) for each in list_attributes(ask.hq)]
    values: dict[str, Any] = {
        **shown_of(ask.hq, found),
        "mapping": found.mapping if mapping is None else mapping,
        "targets": TARGETS,
        "schema": schema,
        "consent": CONSENT,
    }
    return ask.page("imports/one.html", fault=fault, **values)
