"""`tillside till`: a plain till to try the station with, in a window of its own or by a script."""

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.config import Config, load_config
from app.terminal import fail

if TYPE_CHECKING:
    from ui.till.state import Good

TOKEN, TAPE, GOODS = "till-api.token", "till-tape.jsonl", "till_goods.json"


def till(
    url: Annotated[
        str | None, typer.Option(help="Where the station's API is, as the station says it.")
    ] = None,
    token: Annotated[Path | None, typer.Option(help="File of the station's token.")] = None,
    tape: Annotated[
        Path | None, typer.Option(help="File of the till's own tape; it goes on where that ends.")
    ] = None,
    goods: Annotated[
        Path | None, typer.Option(help="What is on the shelf, as JSON: [{sku, name, amount}].")
    ] = None,
    script: Annotated[
        Path | None, typer.Option(help="Do what this file says (app/till/script.py), without a window.")
    ] = None,
    state_dir: Annotated[Path | None, typer.Option("--state", help="Folder of the station's keys.")] = None,
) -> None:
    """Hand orders over to the station beside, as the shop's own till would."""
    config = load_config(state_dir=state_dir)
    url = url or _usual_url(config)
    token, tape = token or config.state_dir / TOKEN, tape or config.state_dir / TAPE
    if script is not None:
        raise SystemExit(_run_script(script, url=url, token=token, tape=tape))
    raise SystemExit(_open_window(config, url=url, token=token, tape=tape, goods=_read_goods(goods)))


def _usual_url(config: Config) -> str:
    if not config.till_port:
        fail("Say where the station is: --url http://127.0.0.1:PORT, as the station says when it starts.")
    return f"http://127.0.0.1:{config.till_port}"


def _run_script(script: Path, *, url: str, token: Path, tape: Path) -> int:
    from app.clock import SystemClock
    from app.till.script import NotAsItHasToBe, Script
    from app.till.station import Refused, Station
    from app.till.tape import Tape

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    written = Tape(tape)
    try:
        steps = Script(written, Station(url, token), clock=SystemClock())
        for told in steps.run(script.read_text(encoding="utf-8").splitlines()):
            print(json.dumps(told), flush=True)
    except (NotAsItHasToBe, Refused) as problem:
        fail(f"The script ends here: {problem}")
    finally:
        written.close()
    return 0


def _open_window(config: Config, *, url: str, token: Path, tape: Path, goods: "tuple[Good, ...]") -> int:
    from app.till.register import Register
    from app.till.station import Station
    from app.till.tape import Tape
    from ui.till.application import run_till

    return run_till(
        Register(Tape(tape), Station(url, token)), goods, theme_name=config.theme, language=config.language
    )


def _read_goods(path: Path | None) -> "tuple[Good, ...]":
    from resources import load
    from ui.till.state import Good

    text = load.read_text(GOODS) if path is None else path.read_text(encoding="utf-8")
    try:
        rows: list[dict[str, Any]] = json.loads(text)
        return tuple(Good(str(row["sku"]), str(row["name"]), int(row["amount"])) for row in rows)
    except (ValueError, KeyError, TypeError):
        fail(
            "The goods can't be read. They look like "
            + '[{"sku": "espresso", "name": "Espresso", "amount": 250}].'
        )
