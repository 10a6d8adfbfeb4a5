"""The commands of a whole HQ as a file, and back: `tillside hq backup`, `tillside hq restore`."""

from pathlib import Path
from typing import Annotated

import typer

from app.config import load_config
from app.terminal import fail

HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]


def hq_backup(
    file: Annotated[Path, typer.Argument(help="A new file for the backup.")],
    data_dir: HqDir = None,
) -> None:
    """Write all of HQ but its keys into a file, as it is at one moment, also while HQ serves."""
    from app.clock import SystemClock
    from hq.archive import write_archive
    from hq.faults import HqFault
    from hq.home import open_database

    folder = load_config(hq_dir=data_dir).hq_dir
    try:
        database = open_database(folder)
        try:
            made = write_archive(database, folder, file, now_ms=SystemClock().now_ms())
        finally:
            database.close()
    except HqFault as problem:
        fail(str(problem))
    print(f"{file} holds {made.rows} rows of {made.tables} tables and {made.files} files.")
    print("It holds members' names, and secrets of webhooks, but no keys: those have their own backup.")


def hq_restore(
    file: Annotated[Path, typer.Argument(help="What `tillside hq backup` made.")],
    data_dir: HqDir = None,
    database: Annotated[
        str | None, typer.Option("--db", help="Empty PostgreSQL database: postgresql://…")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="The backup of HQ's keys, where its folder has them no more.")
    ] = None,
) -> None:
    """Put HQ back from a backup, its database being gone. Stations send what came after it by themselves."""
    from hq.faults import HqFault
    from hq.putting_back import put_back

    passphrase = "" if keys is None else typer.prompt("Passphrase", hide_input=True)
    folder = load_config(hq_dir=data_dir).hq_dir
    try:
        rows = put_back(file, folder, url=database, keys_backup=keys, passphrase=passphrase)
    except HqFault as problem:
        fail(str(problem))
    print(f"Head office is back in {folder}, with {rows} rows. Start it: `tillside hq serve`.")
    print("Stations will send what came after the backup, and fetch members, vouchers, rules and keys anew.")
    print("What people did at head office after it is lost: look at people, API keys and campaigns again.")
