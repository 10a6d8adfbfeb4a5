"""`tillside report`: what a station can tell about itself without opening its records."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.config import load_config
from app.terminal import fail

if TYPE_CHECKING:
    from app.ux.tasks import Figures

report_cli = typer.Typer(invoke_without_command=True, help="What this station can tell about its use.")
MS_A_SECOND = 1_000


@report_cli.callback()
def report(
    context: typer.Context,
    is_ux: Annotated[
        bool, typer.Option("--ux", help="How long the five tasks of the window take, and how many actions.")
    ] = False,
    state_dir: Annotated[Path | None, typer.Option("--state", help="Folder of the key files.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Tell it as one line of JSON.")] = False,
) -> None:
    """Tell what was noted of this station's use. The station may be running."""
    if context.invoked_subcommand is not None:
        return
    if not is_ux:
        fail("Say what to report: --ux.")
    from app.ux.events import read_events
    from app.ux.tasks import figures

    found = figures(read_events(load_config(state_dir=state_dir).state_dir))
    if as_json:
        print(json.dumps({each.task.name: _record(each) for each in found}))
    else:
        print("\n".join(_line(each) for each in found))


def _record(found: "Figures") -> dict[str, int | None]:
    return {
        "tries": found.tries,
        "median_ms": found.median_ms,
        "median_actions": found.median_actions,
        "goal_ms": found.task.goal_s * MS_A_SECOND,
    }


def _line(found: "Figures") -> str:
    begin = f"{found.task.name}  {found.task.words:<43}"
    if found.median_ms is None:
        return f"{begin}no such events yet"
    took = f"median {found.median_ms / MS_A_SECOND:.1f} s (goal {found.task.goal_s} s)"
    return f"{begin}{took}, actions {found.median_actions}, tries {found.tries}"
