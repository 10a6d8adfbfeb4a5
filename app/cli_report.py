"""`tillside report`: a support bundle of this station, or how quick its window is."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.config import Config, load_config
from app.terminal import fail, say

if TYPE_CHECKING:
    from app.support.bundle import Content
    from app.ux.tasks import Figures

report_cli = typer.Typer(invoke_without_command=True, help="A support bundle of this station.")
MS_A_SECOND = 1_000
NOT_WRITTEN = "Nothing was written."


@report_cli.callback()
def report(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(help="File for the bundle; without it one in this folder.")
    ] = None,
    is_agreed: Annotated[bool, typer.Option("--yes", help="Write it without asking.")] = False,
    is_ux: Annotated[
        bool, typer.Option("--ux", help="How long the five tasks of the window take, and how many actions.")
    ] = False,
    store_dir: Annotated[Path | None, typer.Option("--dir", help="Folder of this station's store.")] = None,
    state_dir: Annotated[Path | None, typer.Option("--state", help="Folder of the key files.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --ux: tell it as one line of JSON.")] = False,
) -> None:
    """Make a support bundle: a file that tells a supporter about this station, and about no person.

    What is in it is listed before it is written. It is sent nowhere. The station may be running.
    """
    if context.invoked_subcommand is not None:
        return
    config = load_config(store_dir=store_dir, state_dir=state_dir)
    if is_ux:
        _tell_use(config, as_json=as_json)
    else:
        _make_bundle(config, out, is_agreed=is_agreed)


def _make_bundle(config: Config, out: Path | None, *, is_agreed: bool) -> None:
    from app.clock import SystemClock
    from app.support.bundle import contents, usual_name, write
    from app.support.parts import Looked

    clock = SystemClock()
    path = out or Path(usual_name(clock))
    if path.exists():
        fail(f"{path} is there already. {NOT_WRITTEN}")
    say("Looking at this station …")
    found = contents(Looked(config, clock))
    _list(found, path)
    if not is_agreed:
        if not sys.stdin.isatty():
            fail(f"{NOT_WRITTEN} --yes writes it without asking.")
        if not typer.confirm("Write it?", default=True, err=True):
            fail(NOT_WRITTEN)
    try:
        write(found, path, clock=clock)
    except FileExistsError:
        fail(f"{path} is there already. {NOT_WRITTEN}")
    except OSError as problem:
        fail(f"{path} can't be written: {problem.strerror}. --out names another place.")
    print(path)


def _list(found: "list[Content]", path: Path) -> None:
    say(f"{path} will hold, and nobody's name, number, code or PIN among it:")
    for each in found:
        say(f"  {each.name:<14}{len(each.content):>8,} bytes  {each.words}")
    say("It is sent nowhere: give it to whoever helps you.")


def _tell_use(config: Config, *, as_json: bool) -> None:
    from app.ux.events import read_events
    from app.ux.tasks import figures

    found = figures(read_events(config.state_dir))
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
