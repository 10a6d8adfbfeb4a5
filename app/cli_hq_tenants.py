"""Several programs in one server (`tillside hq tenant …`), and where webhooks may go (`tillside hq webhooks-to`)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.config import load_config
from app.terminal import fail

if TYPE_CHECKING:
    from hq.setup import Made

HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]
HqDatabase = Annotated[str | None, typer.Option("--db", help="Empty PostgreSQL database: postgresql://…")]
Networks = Annotated[
    list[str] | None, typer.Argument(help="Such as 10.1.0.0/16; none: public addresses only.")
]

tenant_cli = typer.Typer(help="Further programs in the same server, which share nothing.")


@tenant_cli.command("add")
def tenant_add(
    name: Annotated[str, typer.Argument(help="Such as north: it is served under /t/north.")],
    data_dir: HqDir = None,
    database: HqDatabase = None,
) -> None:
    """Make a head office of its own beside this one; it is served from the next start on."""
    from hq.faults import HqFault
    from hq.tenants import PREFIX, add_tenant

    try:
        made = add_tenant(load_config(hq_dir=data_dir).hq_dir, name, database_url=database)
    except HqFault as problem:
        fail(str(problem))
    show_made(made)
    print(
        f"Its address is HQ's with {PREFIX}{name} behind it; every command works on it with --dir and this folder."
    )


@tenant_cli.command("list")
def tenant_list(data_dir: HqDir = None) -> None:
    """Show the names of the tenants and their folders."""
    from hq.tenants import folder_of_tenant, list_tenants

    home = load_config(hq_dir=data_dir).hq_dir
    for name in list_tenants(home):
        print(f"{name}  {folder_of_tenant(home, name)}")


def hq_webhooks_to(networks: Networks = None, data_dir: HqDir = None) -> None:
    """Say which networks of the house webhooks may go to, beside public addresses. It counts from the next try on."""
    from hq.faults import HqFault
    from hq.webhooks.guard import allow_networks

    try:
        allow_networks(load_config(hq_dir=data_dir).hq_dir, networks or [])
    except HqFault as problem:
        fail(str(problem))
    print(f"Webhooks go to public addresses{' and to ' + ', '.join(networks) if networks else ' only'}.")


def show_made(made: "Made") -> None:
    """Show what must be written down of a new head office."""
    print(f"Head office is set up in {made.backup.parent}.")
    print("Write these down; they are shown once and kept nowhere:")
    print(f"  administrator  {made.admin}")
    print(f"  password       {made.password}")
    print(f"  key backup     {made.backup}")
    print(f"  passphrase     {made.passphrase}")
    print("Keep a copy of the backup in another place: without these keys every member's card is worthless.")
