"""`tillside station till-api`: where the shop's till finds this station, and the token that lets it in."""

from typing import Annotated

import typer

from app.config import Config, changed
from app.terminal import fail

HOW = "Switch it on: tillside station till-api --port 8480"


def till_api(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="Take orders of the till at this port from now on.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Take no orders of the till any more.")] = False,
    new_token: Annotated[
        bool, typer.Option("--new-token", help="Make another token; the old one is good for nothing.")
    ] = False,
) -> None:
    """Say where the shop's till hands over its orders, and set it. What is set holds from the next start on."""
    from app.kept import keep
    from app.till_api.token import FILE, make

    config: Config = context.obj
    if off and port is not None:
        fail("Say --port or --off, not both.")
    path = config.state_dir / FILE
    try:
        if off or port is not None:
            config = changed(config, {"till_api": "off" if off else str(port)})
            keep(config.state_dir, {"till_api": config.till_api})
        if new_token:
            make(path)
    except OSError as problem:
        fail(f"{problem.filename or config.state_dir} can't be written: {problem.strerror}.")
    if config.till_port is None:
        print(f"The till's API is off. {HOW}")
    else:
        where = f"http://127.0.0.1:{config.till_port}" if config.till_port else "a port that the station says"
        print(f"The till's API: {where}. Its token is in {path}.")
