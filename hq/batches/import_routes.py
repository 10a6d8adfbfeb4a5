"""Codes that exist already, by the API: files that are tried, brought in, and what was wrong with them."""

from typing import Any

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes
from hq.batches import importing
from hq.batches.schemas import CodeImportAnswer, CodeImportAsked
from hq.imports.service import problems_of
from hq.members.schemas import ProblemRow, RunAsked

routes = Routes(
    "code_imports",
    "Codes of other systems from files: tried, brought in, and what was wrong with them.",
    prefix="/v1/code-imports",
)
WRITE = Scope.VOUCHERS_WRITE


@routes.get("", needs=WRITE, answers=Page[CodeImportAnswer])
def list_code_imports(ask: Asked) -> Any:
    """List the newest files that were brought; each is forgotten after a week."""
    return to_page(CodeImportAnswer, importing.list_imports(ask.hq), None)


@routes.post("", needs=WRITE, answers=CodeImportAnswer)
def import_codes(ask: Asked, asked: CodeImportAsked) -> Any:
    """Bring a CSV file with codes, and start the job that tries it or brings them into a batch."""
    found = importing.bring_codes(
        ask.hq,
        ask.actor,
        asked.name,
        asked.text.encode("utf-8"),
        kind=asked.kind,
        rule_id=asked.rule_id,
        uses_max=asked.uses_max,
    )
    mapping = asked.mapping or found.mapping
    return CodeImportAnswer.model_validate(
        importing.run_import(ask.hq, ask.actor, found.import_id, mapping, is_trial=asked.is_trial)
    )


@routes.get("/{code_import}", needs=WRITE, answers=CodeImportAnswer)
def read_code_import(ask: Asked, code_import: str) -> Any:
    """Read how an import goes; `job` says how far it is."""
    return CodeImportAnswer.model_validate(importing.find_import(ask.hq, code_import))


@routes.post("/{code_import}/run", needs=WRITE, answers=CodeImportAnswer, status=200)
def run_code_import(ask: Asked, code_import: str, asked: RunAsked) -> Any:
    """Start a job on a file that was brought before, with the same mapping."""
    found = importing.find_import(ask.hq, code_import)
    return CodeImportAnswer.model_validate(
        importing.run_import(ask.hq, ask.actor, code_import, found.mapping, is_trial=asked.is_trial)
    )


@routes.get("/{code_import}/problems", needs=WRITE, answers=Page[ProblemRow])
def list_code_problems(ask: Asked, code_import: str) -> Any:
    """List what was wrong with rows, by the newest job on the file; the first 10,000 of them."""
    found = importing.find_import(ask.hq, code_import)
    return to_page(ProblemRow, problems_of(ask.hq, found), None)
