"""Changing HQ's keys: a new one, one that is retired, one that was stolen. Each change is a new signed set of keys.

A new key takes three steps in this order: its file, a backup that holds it too, and only then the set of keys that
names it. Whoever dies in between leaves a key that nobody believes yet; doing it again goes on with the same key. The
person has seen the passphrase of the new backup before the key counts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from app.core.keyset import KeyState, KeyUse, PublicKey
from app.failpoints import failpoint
from app.ids import new_secret
from hq.backup import new_passphrase, write_backup
from hq.campaigns.store import (
    insert_document,
    newest_programs,
    newest_version,
)
from hq.db import Whole, hold_whole
from hq.faults import NotHere, NotPossible, SetUpFault
from hq.home import Hq
from hq.keys import (
    KeyRing,
    PrivateKey,
    key_path,
    keyset_body,
    next_kid,
    number_of,
    private_key,
    read_key,
    read_keys,
    sign_document,
    write_key,
)
from hq.keysets import kept
from hq.keysets.store import (
    all_keys,
    cards_by_key,
    current_kid,
    insert_key,
    members_without_card,
    set_state,
)
from hq.restored import LOST_MAX, read_about
from hq.rows import upsert
from hq.staff.peppers import all_peppers
from hq.tables import meta

PROGRAMS_VOUCHED = (
    16  # a station that was away for more versions than that waits for its rules for one more answer
)


KIDS_ABOVE = "kids_above"  # in `meta`: numbers up to here may be of keys that were lost with a database
KIDS_LOST_MAX = 100  # of a use: nobody has made more keys since the backup


@dataclass(frozen=True)
class NewKey:
    """A key that is made and backed up, and counts once it is published. The passphrase is shown once."""

    kid: str
    use: KeyUse
    backup: Path
    passphrase: str


@dataclass(frozen=True)
class ListedKey:
    """A key as people look at it; `cards` are the members who were given codes by it."""

    key: PublicKey
    signs_now: bool
    cards: int


def listed_keys(hq: Hq) -> list[ListedKey]:
    """Return all keys."""
    with hq.database.reading() as connection:
        cards, found = cards_by_key(connection), all_keys(connection)
        # Of the use `box` an HQ that is older than it has none until somebody makes one.
        current = {current_kid(connection, use) for use in {key.use for key in found}}
        return [ListedKey(key, key.kid in current, cards.get(key.kid, 0)) for key in found]


def make_key(hq: Hq, use: KeyUse) -> NewKey:
    """Make the next key of a use and back all keys up. Nobody believes it yet: `publish_key` comes next."""
    with hq.database.reading() as connection:
        above = int(read_about(connection).get(KIDS_ABOVE, 0))
        kid = next_kid(use, (key.kid for key in all_keys(connection)), above=above)
        version = newest_version(connection, "keyset") + 1
    folder = hq.keys.folder
    if folder is None:
        raise SetUpFault("HQ's keys are not in a folder.")
    if not key_path(folder, kid).exists():  # else it is left from a time when we died right here
        write_key(folder, kid, private_key(kid, new_secret()))
    failpoint("hq_key_written")
    backup, passphrase = _back_up(folder, {**hq.keys.private, kid: read_key(folder, kid)}, version)
    failpoint("hq_keys_backed_up")
    return NewKey(kid, use, backup, passphrase)


def back_up(hq: Hq) -> tuple[Path, str]:
    """Write a backup of all keys and peppers as they are now; return where, and its passphrase, shown once."""
    folder = hq.keys.folder
    if folder is None:
        raise SetUpFault("HQ's keys are not in a folder.")
    with hq.database.reading() as connection:
        version = newest_version(connection, "keyset")
    return _back_up(folder, read_keys(folder).private, version)


def _back_up(folder: Path, keys: dict[str, PrivateKey], version: int) -> tuple[Path, str]:
    passphrase, path = new_passphrase(), _free_name(folder.parent, version)
    write_backup(path, KeyRing(keys, folder, all_peppers(folder)), passphrase=passphrase)
    return path, passphrase


def publish_key(hq: Hq, new: NewKey) -> int:
    """Let a new key count, and return the version of the set of keys that says so. Raises `NotPossible`.

    A new root key takes the place of the old one, which vouches for it. Of other uses the old ones stay good until
    they are retired: what they sign is believed by stations that have not heard of the new one.
    """
    now_ms = hq.clock.now_ms()
    with _changing(hq) as connection:
        if new.kid in {key.kid for key in all_keys(connection)}:
            raise NotPossible(f"The key {new.kid} was published by somebody else in the meantime.")
        old_root = current_kid(connection, KeyUse.ROOT)
        insert_key(connection, PublicKey(new.kid, new.use.value, hq.keys.public(new.kid), now_ms))
        if new.use is KeyUse.ROOT:
            set_state(connection, old_root, KeyState.RETIRED, retired_ms=now_ms)
        return _publish(hq, connection, old_root, now_ms=now_ms)


def retire(hq: Hq, kid: str) -> int:
    """Let a key sign nothing new: what it signed before stays good. Returns the version of the set of keys."""
    now_ms = hq.clock.now_ms()
    with _changing(hq) as connection:
        found = _not_in_use(connection, kid)
        if found.state != KeyState.GOOD:
            raise NotPossible(f"The key {kid} is {found.state} already.")
        set_state(connection, kid, KeyState.RETIRED, retired_ms=now_ms)
        return _publish(hq, connection, current_kid(connection, KeyUse.ROOT), now_ms=now_ms)


def revoke(hq: Hq, kid: str) -> list[str]:
    """Shut a stolen key out: nothing it ever signed is believed by itself. Returns the members who need new cards."""
    now_ms = hq.clock.now_ms()
    with _changing(hq) as connection:
        found = _not_in_use(connection, kid)
        if found.state == KeyState.REVOKED:
            raise NotPossible(f"The key {kid} is revoked already.")
        set_state(connection, kid, KeyState.REVOKED, retired_ms=found.retired_ms)
        _publish(hq, connection, current_kid(connection, KeyUse.ROOT), now_ms=now_ms)
        return members_without_card(connection, kid, now_ms=now_ms)


def publish_anew(hq: Hq) -> int:
    """Publish the keys as they stand above every set that stations may hold, after all that HQ had was put back.

    Stations that were shown newer sets would refuse ours, and a key under the number of a lost one would pass for it:
    new ones are numbered past those. Returns the version of the set.
    """
    now_ms = hq.clock.now_ms()
    with _changing(hq) as connection:
        root = current_kid(connection, KeyUse.ROOT)
        above = max(number_of(key.kid) for key in all_keys(connection)) + KIDS_LOST_MAX
        upsert(connection, meta, [{"k": KIDS_ABOVE, "v": str(above)}], changes=("v",))
        return _publish(hq, connection, root, now_ms=now_ms, past=LOST_MAX)


def members_to_reissue(hq: Hq, kid: str) -> list[str]:
    """Return the members whose only good cards are by this key. Raises `NotHere`."""
    with hq.database.reading() as connection:
        _key(connection, kid)
        return members_without_card(connection, kid, now_ms=hq.clock.now_ms())


@contextmanager
def _changing(hq: Hq) -> Iterator[Connection]:
    """One change of keys, alone: nothing is published meanwhile. Afterwards the new set is kept beside the database."""
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        yield connection
    if hq.keys.folder is not None:
        with hq.database.reading() as connection:
            kept.keep_newest(connection, hq.keys.folder.parent)


def _key(connection: Connection, kid: str) -> PublicKey:
    found = {key.kid: key for key in all_keys(connection)}.get(kid)
    if found is None:
        raise NotHere(f"There is no key {kid}. `tillside hq keys list` shows them.")
    return found


def _not_in_use(connection: Connection, kid: str) -> PublicKey:
    """Return a key that signs nothing now: without the newest of its use the one before would sign again.

    Raises `NotHere`, `NotPossible`.
    """
    found = _key(connection, kid)
    if kid == current_kid(connection, found.use):
        raise NotPossible(
            f"{kid} is the key that signs now. Make a newer one first: `tillside hq keys rotate {found.use}`."
        )
    return found


def _publish(hq: Hq, connection: Connection, old_root: str, *, now_ms: int, past: int = 0) -> int:
    """Publish the keys as they stand, signed by the root key; where that changes, by the old one too.

    `past` are versions that may have been lost.
    """
    kept.sign_anew(connection, hq.keys)
    version = newest_version(connection, "keyset") + past + 1
    body = keyset_body(
        version,
        all_keys(connection),
        newest_programs(connection, PROGRAMS_VOUCHED),
        stops_version=newest_version(connection, "stops"),
    )
    roots = dict.fromkeys((old_root, current_kid(connection, KeyUse.ROOT)))
    signed = sign_document(hq.keys, kind="keyset", version=version, body=body, kids=list(roots))
    insert_document(connection, signed, now_ms=now_ms)
    return version


def _free_name(folder: Path, version: int) -> Path:
    """Return a name for a backup; those there already stay, since somebody may hold their passphrases."""
    names = (
        f"tillside-hq-keys-{version}{again}.backup" for again in ("", *(f"-{n}" for n in range(2, 1000)))
    )
    return next(folder / name for name in names if not (folder / name).exists())
