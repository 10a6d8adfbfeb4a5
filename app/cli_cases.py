"""The command for scenario tests: `tillside cases run`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.terminal import fail
from resources import LANGUAGES

cases_cli = typer.Typer(no_args_is_help=True, help="Scenario tests of programs.")

Files = Annotated[
    list[Path], typer.Argument(help="Scenarios or cases: JSON, or JSON Lines.", show_default=False)
]


@cases_cli.callback()
def cases() -> None:
    """Scenario tests of programs."""  # with a callback, a group of one command keeps its name


@cases_cli.command("run")
def cases_run(
    files: Files,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON a case, the totals last.")
    ] = False,
    language: Annotated[str, typer.Option(help=f"Of the reasons: {', '.join(LANGUAGES)}.")] = "en",
) -> None:
    """Decide each scenario and compare. Status 0 only when nothing failed and everything was understood."""
    from app.cases.run import Totals, run_files
    from resources.load import translations

    if language not in LANGUAGES:
        fail(f"{language!r} is no language we have; there are {', '.join(LANGUAGES)}.")
    totals = Totals()
    for verdict in run_files(files, translate_text=translations(language).gettext):
        totals.add(verdict)
        if as_json:
            _print_json(verdict.record())
        elif told := verdict.told():
            print(told)
    if as_json:
        _print_json(totals.record())
    else:
        print(totals.told())
    raise SystemExit(0 if totals.is_ok else 1)


def _print_json(record: dict[str, Any]) -> None:
    print(json.dumps(record, ensure_ascii=False))
