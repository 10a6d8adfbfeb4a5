"""The commands about a station's journal, which need no head office: `tillside journal verify | export | salvage`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.config import Config, load_config
from app.terminal import fail, say

if TYPE_CHECKING:
    from app.store.keystore import KeyStore, StationKeys
    from app.store.salvage import Found

StoreDir = Annotated[Path | None, typer.Option("--dir", help="Folder of the station's store.")]
StateDir = Annotated[Path | None, typer.Option("--state", help="Folder of the key files.")]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON.")]
NOT_DETECTABLE = (
    "Not detectable here: if the last commits were lost after entry {mark}, where the mark in the key store stands, "
    "together with what they told HQ. Compare the number with head office's (`tillside hq devices`)."
)

journal_cli = typer.Typer(
    no_args_is_help=True, help="The journal of a station: check it, export it, save it."
)


@journal_cli.command("verify")
def journal_verify(
    store_dir: StoreDir = None,
    state_dir: StateDir = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Check an exported bundle; no store and no keys are needed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold every page and entry against chain, signature and mark. Status 1 names the first bad entry."""
    if bundle is not None:
        _verify_bundle(bundle, as_json=as_json)
        return
    from app.clock import SystemClock
    from app.store.faults import JournalBroken, StoreFault, StoreRolledBack
    from app.store.health import device_of, verify_journal
    from app.store.keystore import load_mark

    folder, name, keys, key_store = _opened(load_config(store_dir=store_dir, state_dir=state_dir))
    try:
        count = verify_journal(folder, key_store, clock=SystemClock())
        device, mark = device_of(folder, keys), load_mark(key_store, name)
    except StoreRolledBack as fault:
        _tell(
            {"ok": False, "code": fault.code, "detail": fault.detail},
            f"{fault.sentence} ({fault.detail})\nIt holds as far as it goes; what came later is missing.",
            as_json=as_json,
            status=1,
        )
    except StoreFault as fault:
        bad = fault.first_bad_seq if isinstance(fault, JournalBroken) else _first_bad(folder, keys)
        where = "All entries can be read and hold; what is damaged lies beside them."
        _tell(
            {"ok": False, "code": fault.code, "detail": fault.detail, "first_bad_seq": bad},
            f"{fault.sentence} ({fault.detail})\n"
            + (where if bad is None else f"The first entry that does not hold is {bad}."),
            as_json=as_json,
            status=1,
        )
    else:
        marked = 0 if mark is None else mark.seq
        told = f"All {count.entries} entries of {device.device_id}, epoch {device.epoch}, hold."
        _tell(
            {"ok": True, "device": device.device_id, "epoch": device.epoch, "entries": count.entries}
            | {"waiting": count.waiting, "mark": marked},
            f"{told} {count.waiting} wait for head office.\n{NOT_DETECTABLE.format(mark=marked)}",
            as_json=as_json,
        )


@journal_cli.command("export")
def journal_export(
    out: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    store_dir: StoreDir = None,
    state_dir: StateDir = None,
) -> None:
    """Write the journal as a signed bundle, which `journal verify --bundle` checks anywhere."""
    from app.store.export import write_bundle
    from app.store.salvage import first_bad

    folder, _, keys, _ = _opened(load_config(store_dir=store_dir, state_dir=state_dir))
    found, device = _salvaged(folder, keys)
    if device is None:
        fail("The journal does not say whose it is. Use `tillside journal salvage`.")
    owner, nonce, key = device.owner, device.nonce, keys.sign.public_key()
    bad = first_bad(found, owner=owner, nonce=nonce, key=key)
    if bad is not None:
        fail(f"Entry {bad} does not hold, so nothing is exported. Use `tillside journal salvage`.")
    rows = [row for row in found.rows if row.epoch == owner.epoch]
    _write(out, write_bundle(rows, owner=owner, nonce=nonce, key=key))
    print(f"{len(rows)} entries of {owner.device_id}, epoch {owner.epoch}, are in {out}.")


@journal_cli.command("salvage")
def journal_salvage(
    out: Annotated[
        Path | None, typer.Option(help="Also write what was read into this file, a line of JSON an entry.")
    ] = None,
    store_dir: StoreDir = None,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Read what can still be read of a damaged journal, and say which entries. Nothing of it is changed."""
    from app.core.salvaged import salvaged_record
    from app.store.salvage import owner_said, salvaged_of

    folder, _, keys, _ = _opened(load_config(store_dir=store_dir, state_dir=state_dir))
    found, device = _salvaged(folder, keys)
    ranges, bad = found.ranges(), _first_bad(folder, keys)
    if out is not None:
        owner, key = owner_said(found), keys.sign.public_key()
        device_id, store = (
            "?" if owner is None else owner.device_id,
            "" if device is None else device.store_id,
        )
        records = (
            salvaged_record(salvaged_of(row, device_id=device_id, key=key), store=store) for row in found.rows
        )
        _write(out, (json.dumps(record).encode("ascii") + b"\n" for record in records))
    told = ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in ranges)
    _tell(
        {"entries": len(found.rows), "ranges": ranges, "first_bad_seq": bad, "complete": found.is_complete},
        f"{len(found.rows)} entries can be read: {told or 'none'}."
        + _what_does_not_hold(bad, ranges)
        + "\nTo send them to head office, pair this machine anew: tillside station reenrol",
        as_json=as_json,
    )


def _verify_bundle(path: Path, *, as_json: bool) -> None:
    from app.store.export import BundleInvalid, check_bundle

    try:
        with path.open("rb") as lines:
            found = check_bundle(lines)
    except OSError as problem:
        fail(f"{path} can't be read: {problem.strerror}.")
    except BundleInvalid as problem:
        record = {"ok": False, "detail": str(problem), "first_bad_seq": problem.first_bad_seq}
        _tell(record, f"The bundle does not hold: {problem}.", as_json=as_json, status=1)
    else:
        owner = found.owner
        record = {"ok": True, "device": owner.device_id, "epoch": owner.epoch, "entries": found.entries}
        told = f"All {found.entries} entries of {owner.device_id}, epoch {owner.epoch}, hold."
        _tell(
            record | {"fingerprint": found.fingerprint},
            f"{told}\nThey were signed by the key {found.fingerprint}; head office knows whose that is.",
            as_json=as_json,
        )


def _opened(config: Config) -> "tuple[Path, str, StationKeys, KeyStore]":
    """Return the folder, the store's name, its keys and where they are kept; without keys nothing can be read."""
    from app.store.device import key_store_of, read_card
    from app.store.faults import StoreFault
    from app.store.keystore import load_keys

    try:
        card = read_card(config.store_dir)
        key_store = key_store_of(card.key_store, config.state_dir)
        return config.store_dir, card.name, load_keys(key_store, card.name), key_store
    except StoreFault as fault:
        fail(f"{fault.sentence} ({fault.detail})")


def _salvaged(folder: Path, keys: "StationKeys") -> "tuple[Found, Any]":
    from app.store.salvage import device_said, salvage
    from app.store.store import JOURNAL

    found = salvage(folder / JOURNAL, keys.database)
    return found, device_said(found)


def _first_bad(folder: Path, keys: "StationKeys") -> int | None:
    from app.store.salvage import first_bad, owner_said

    found, device = _salvaged(folder, keys)
    owner = owner_said(found)
    if owner is None:
        return 1
    nonce = None if device is None else device.nonce
    return first_bad(found, owner=owner, nonce=nonce, key=keys.sign.public_key())


def _what_does_not_hold(bad: int | None, ranges: Sequence[tuple[int, int]]) -> str:
    """Return what is to be said beside the entries that can be read: one of them may be changed all the same."""
    if bad is None:
        return "\nAll of these hold."
    if any(first <= bad <= last for first, last in ranges):
        return f"\nEntry {bad} is the first that was changed or is not this station's; those before it hold."
    return f"\nEntry {bad} is the first that is missing; those before it hold."


def _write(path: Path, lines: Any) -> None:
    try:
        with path.open("xb") as file:
            file.writelines(lines)
    except OSError as problem:
        fail(f"{path} can't be written: {problem.strerror}.")


def _tell(record: dict[str, Any], told: str, *, as_json: bool, status: int = 0) -> None:
    if as_json:
        print(json.dumps(record))
    else:
        (say if status else print)(told)
    if status:
        raise SystemExit(status)
