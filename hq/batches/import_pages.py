"""Codes of other systems in the console: bring a file, say which column is what, try it, bring it in."""

from typing import Any

from fastapi import Response

from hq.access.scopes import Scope
from hq.batches import importing
from hq.batches.importing import CodeImport
from hq.batches.mapping import TARGETS
from hq.batches.pages import KINDS
from hq.batches.service import Kind
from hq.builder.typed import to_whole
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import HqFault, Malformed
from hq.home import Hq
from hq.imports.files import problems_file
from hq.imports.pages import shown_of
from hq.imports.service import problems_of
from hq.vouchers.rules import rules_to_pick

PLACE = "/console/code-imports"
WORDS = {
    "code": N_("The code"),
    "starts_on": N_("Good from"),
    "ends_on": N_("Good until"),
    "uses_max": N_("How often it is good"),
    "value": N_("What is on it, in minor units"),
}
pages = Pages(
    "code_imports", N_("Codes from files"), place=PLACE, needs=Scope.VOUCHERS_WRITE, is_listed=False
)


def newest_import(hq: Hq) -> str | None:
    """Return the newest import, for the pages' examples."""
    found = importing.list_imports(hq)
    return found[0].import_id if found else None


pages.example("/{code_import}", code_import=newest_import)


@pages.get("")
def show_imports(ask: Page) -> Response:
    """List the files that were brought, and take another one."""
    return _list(ask)


@pages.post("", needs=Scope.VOUCHERS_WRITE)
def post_file(ask: Page) -> Response:
    """Keep a file, and go on to what its columns are."""
    file = ask.file("file")
    try:
        kind = Kind.GIFT_CARDS if ask.text("kind") == Kind.GIFT_CARDS else Kind.VOUCHERS
        if file is None or not file.filename:
            raise Malformed("Choose a file first.")
        rule_id, uses_max = ask.text("rule_id"), to_whole(ask.text("uses_max") or "1")
        with file.file as content:
            found = importing.bring_codes(
                ask.hq,
                ask.actor,
                file.filename,
                content.read(),
                kind=kind,
                rule_id=rule_id,
                uses_max=uses_max,
            )
    except HqFault as fault:
        return _list(ask, fault=fault)
    return ask.go(f"{PLACE}/{found.import_id}")


@pages.get("/{code_import}")
def show_import(ask: Page, code_import: str) -> Response:
    """Show a file: which column is what, how far its job is, and what was wrong with rows."""
    return _one(ask, importing.find_import(ask.hq, code_import))


@pages.post("/{code_import}", needs=Scope.VOUCHERS_WRITE)
def post_run(ask: Page, code_import: str) -> Response:
    """Try a file, or bring its codes in."""
    found = importing.find_import(ask.hq, code_import)
    mapping = {column: ask.text(f"column.{n}") for n, column in enumerate(found.sample[0])}
    try:
        importing.run_import(ask.hq, ask.actor, code_import, mapping, is_trial=ask.text("do") != "bring")
    except HqFault as fault:
        return _one(ask, found, fault=fault, mapping=mapping)
    return ask.go(f"{PLACE}/{code_import}", said=ask.said(N_("The job has begun. Look again in a moment.")))


@pages.get("/{code_import}/problems.csv")
def get_problems(ask: Page, code_import: str) -> Response:
    """Return the rows with problems as a file."""
    found = importing.find_import(ask.hq, code_import)
    return problems_file(found.sample[0], problems_of(ask.hq, found))


def _list(ask: PageAsk, *, fault: HqFault | None = None) -> Response:
    values: dict[str, Any] = {
        "rows": importing.list_imports(ask.hq),
        "kinds": KINDS,
        "options": [(key.value, ask.said(word)) for key, word in KINDS.items()],
        "rules": rules_to_pick(ask.hq),
    }
    return ask.page("batches/imports.html", fault=fault, **values)


def _one(
    ask: PageAsk, found: CodeImport, *, fault: HqFault | None = None, mapping: dict[str, str] | None = None
) -> Response:
    values: dict[str, Any] = {
        **shown_of(ask.hq, found),
        "mapping": found.mapping if mapping is None else mapping,
        "targets": [("", N_("Leave alone")), *((each, WORDS[each]) for each in TARGETS[found.kind])],
    }
    return ask.page("batches/import.html", fault=fault, **values)
