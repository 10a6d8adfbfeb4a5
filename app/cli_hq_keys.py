"""The commands about HQ's keys: `tillside hq keys …`."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli_hq_devices import with_hq
from app.core.keyset import KeyUse
from app.terminal import fail

HqDir = Annotated[Path | None, typer.Option("--dir", help="Folder of HQ's database and keys.")]
Ref = Annotated[str, typer.Argument(help="The member's reference.")]
DEFAULT_URL = "http://127.0.0.1:8470"
Kid = Annotated[str, typer.Argument(help="The key's id, as `hq keys list` shows it.")]
STATIONS_HEAR = "Stations hear of it with their next sync, before anything else."
SIGNS = {
    KeyUse.ROOT: "the set of keys",
    KeyUse.SIGN: "programs and snapshots",
    KeyUse.TOKEN: "members' cards",
    KeyUse.BOX: "nothing, but opens what stations seal",
}

keys_cli = typer.Typer(
    no_args_is_help=True, help="HQ's keys: look at them, make new ones, shut stolen ones out."
)


@keys_cli.command("list")
def keys_list(
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON a key.")] = False,
    data_dir: HqDir = None,
) -> None:
    """List all keys, with what they sign and how many members hold a card by them."""
    from hq.keysets.service import listed_keys

    for each in with_hq(data_dir, listed_keys):
        key = each.key
        if as_json:
            shown = {name: getattr(key, name) for name in ("kid", "use", "state", "nbf_ms", "retired_ms")}
            print(json.dumps(shown | {"signs_now": each.signs_now, "cards": each.cards}))
            continue
        told = [f"{key.kid:6}{key.state:9}signs {SIGNS[KeyUse(key.use)]}", f"since {_day(key.nbf_ms)}"]
        if key.retired_ms is not None:
            told.append(f"until {_day(key.retired_ms)}")
        if key.use == KeyUse.TOKEN:
            told.append(f"cards of {each.cards} members")
        print(", ".join(told) + (" (signs now)" if each.signs_now else ""))


@keys_cli.command("backup")
def keys_backup(data_dir: HqDir = None) -> None:
    """Write a new backup of all keys, and of what the PINs in stores rest on. The ones before stay good."""
    from hq.keysets.service import back_up

    try:
        backup, passphrase = with_hq(data_dir, back_up)
    except OSError as problem:
        fail(f"The backup can't be written: {problem.strerror}.")
    print("A new backup holds all keys. Write its passphrase down; it is shown once:")
    print(f"  key backup     {backup}")
    print(f"  passphrase     {passphrase}")


@keys_cli.command("rotate")
def keys_rotate(
    use: Annotated[
        KeyUse,
        typer.Argument(
            help="What the key is for: token (cards), sign (programs), box (what stations seal) or root."
        ),
    ],
    data_dir: HqDir = None,
) -> None:
    """Make a new key and a new backup of all keys; what is signed from then on is signed by it."""
    from hq.home import Hq
    from hq.keysets.service import make_key, publish_key

    def rotate(hq: Hq) -> None:
        try:
            new = make_key(hq, use)
        except OSError as problem:
            fail(
                f"The new key can't be written: {problem.strerror}. Nothing counts that was not there before."
            )
        # Before the key counts: whoever dies here has a key that nobody believes, and not one without a backup.
        print(f"A new backup holds all keys, {new.kid} too. Write its passphrase down; it is shown once:")
        print(f"  key backup     {new.backup}")
        print(f"  passphrase     {new.passphrase}", flush=True)
        version = publish_key(hq, new)
        print(f"{new.kid} signs {SIGNS[use]} from now on (set of keys {version}). {STATIONS_HEAR}")
        print(_after_rotation(use))

    with_hq(data_dir, rotate)


@keys_cli.command("retire")
def keys_retire(kid: Kid, data_dir: HqDir = None) -> None:
    """Let an older key sign nothing new. What it signed before stays good, cards too."""
    from hq.keysets.service import retire

    version = with_hq(data_dir, lambda hq: retire(hq, kid))
    print(f"{kid} is retired (set of keys {version}): what it signed before now stays good. {STATIONS_HEAR}")


@keys_cli.command("revoke")
def keys_revoke(kid: Kid, data_dir: HqDir = None) -> None:
    """Shut a stolen key out: nothing that it ever signed is believed any more, cards neither."""
    from hq.keysets.service import revoke

    members = with_hq(data_dir, lambda hq: revoke(hq, kid))
    print(f"{kid} is revoked: stations refuse whatever it signed, as soon as they hear of it.")
    print(f"{STATIONS_HEAR} One that is cut off goes on believing it until then.")
    if members:
        print(
            f"Members who hold a card by this key and none by another: {len(members)}. Each needs a new one.\n"
            f"`tillside hq keys cards {kid}` lists them, `tillside hq card REF` makes a new card."
        )


@keys_cli.command("cards")
def keys_cards(kid: Kid, data_dir: HqDir = None) -> None:
    """List the members whose only good cards are by this key: who needs a new one if it is revoked."""
    from hq.keysets.service import members_to_reissue

    for ref in with_hq(data_dir, lambda hq: members_to_reissue(hq, kid)):
        print(ref)


def hq_card(
    ref: Ref,
    roll: Annotated[
        bool,
        typer.Option("--roll", help="Withdraw all codes from before, the phone's too: somebody copied one."),
    ] = False,
    data_dir: HqDir = None,
) -> None:
    """Make a new signed code for a member's card; older ones stay good as long as their key is, or until a roll."""
    from hq.members.service import reissue_code, roll_code

    print(with_hq(data_dir, lambda hq: roll_code(hq, ref) if roll else reissue_code(hq, ref)))


def hq_phone(
    ref: Ref,
    url: Annotated[str, typer.Option(help="Where phones reach head office.")] = DEFAULT_URL,
    data_dir: HqDir = None,
) -> None:
    """Show a link that makes a phone this member's live card: good once and for ten minutes.

    In a terminal it is a QR code too.
    """
    from hq.phone.service import new_link

    link = with_hq(data_dir, lambda hq: new_link(hq, ref, url=url)).url
    if sys.stdout.isatty():  # whoever takes it by a pipe gets the link alone
        from scanner.draw import qr_blocks

        print(qr_blocks(link))
    print(link)


def _after_rotation(use: KeyUse) -> str:
    if use is KeyUse.ROOT:
        return "Pairing texts shown before now are void. Keep the new backup in another place, without this machine."
    return "The one before stays good. Next: `tillside hq keys retire KID`, or `revoke KID` if it was stolen."


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
