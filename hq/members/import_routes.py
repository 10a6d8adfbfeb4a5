"""Imports of members, by the API."""

from typing import Any

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes
from hq.imports.service import problems_of
from hq.members import importing
from hq.members.schemas import ImportAnswer, ImportAsked, ProblemRow, RunAsked

routes = Routes(
    "imports", "Members from files of other systems: tried, brought in, and what was wrong with them."
)


@routes.get("", needs=Scope.MEMBERS_WRITE, answers=Page[ImportAnswer])
def list_imports(ask: Asked) -> Any:
    """List the newest files that were brought; each is forgotten after a week."""
    return to_page(ImportAnswer, importing.list_imports(ask.hq), None)


@routes.post("", needs=Scope.MEMBERS_WRITE, answers=ImportAnswer)
def import_members(ask: Asked, asked: ImportAsked) -> Any:
    """Bring a CSV file, and start the job that tries it or brings its members in."""
    found = importing.bring_file(ask.hq, ask.actor, asked.name, asked.text.encode("utf-8"))
    mapping = asked.mapping or found.mapping
    return ImportAnswer.model_validate(
        importing.run_import(ask.hq, ask.actor, found.import_id, mapping, is_trial=asked.is_trial)
    )


@routes.get("/{import_id}", needs=Scope.MEMBERS_WRITE, answers=ImportAnswer)
def read_import(ask: Asked, import_id: str) -> Any:
    """Read how an import goes; `job` says how far it is."""
    return ImportAnswer.model_validate(importing.find_import(ask.hq, import_id))


@routes.post("/{import_id}/run", needs=Scope.MEMBERS_WRITE, answers=ImportAnswer, status=200)
def run_import(ask: Asked, import_id: str, asked: RunAsked) -> Any:
    """Start a job on a file that was brought before, with the same mapping."""
    found = importing.find_import(ask.hq, import_id)
    return ImportAnswer.model_validate(
        importing.run_import(ask.hq, ask.actor, import_id, found.mapping, is_trial=asked.is_trial)
    )


@routes.get("/{import_id}/problems", needs=Scope.MEMBERS_WRITE, answers=Page[ProblemRow])
def list_problems(ask: Asked, import_id: str) -> Any:
    """List what was wrong with rows, by the newest job on the file; the first 10,000 of them."""
    found = importing.find_import(ask.hq, import_id)
    return to_page(ProblemRow, problems_of(ask.hq, found), None)
