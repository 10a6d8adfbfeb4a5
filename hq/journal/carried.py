"""What a `salvaged` entry carries, and whether it may be believed.

The one who carries an entry could have made it up. So HQ takes no word for it: an entry is of the carrier's own device
and of an epoch before the one it is carried in, and the key of that epoch has signed it, or it never goes into a place
of that name. What nobody signed may still have happened (a damaged page takes a signature with it), and only a person
can know.
"""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.chain import ChainOwner, Head, head_is_signed
from app.core.entry import SALVAGED, Entry, EntryInvalid, read_entry
from app.core.salvaged import Salvaged, SalvageInvalid, read_salvaged

BRANCH = "/"  # between a device and the number of a branch of its history
NOT_SIGNED = "its signature does not hold, so it may be made up"


def carried_in(body: bytes) -> Salvaged | None:
    """Return what an entry carries; None when it is no `salvaged` one, or not to be read."""
    try:
        entry = read_entry(body)
        return read_salvaged(entry.data) if entry.type == SALVAGED else None
    except (EntryInvalid, SalvageInvalid):
        return None


def entry_inside(body: bytes) -> Entry | None:
    """Return the entry that a person decides about: the one carried, or the one itself. None when it is none."""
    found = carried_in(body)
    try:
        return read_entry(body if found is None else found.body)
    except EntryInvalid:
        return None


def why_never(found: Salvaged, carrier: ChainOwner, keys: Mapping[int, Ed25519PublicKey]) -> str | None:
    """Return why nobody may post what `carrier` brought; None when a person may. `keys`: of its device's old epochs."""
    if found.owner.device_id != carrier.device_id.partition(BRANCH)[0]:
        return "only its own device could have saved it"
    if found.owner.epoch >= carrier.epoch:
        return f"it is of no epoch before {carrier.epoch}, in which it was carried"
    if found.owner.epoch not in keys:
        return f"HQ knows no epoch {found.owner.epoch} of this device"
    if not found.is_whole:
        return "it was changed after it was written"
    return None


def is_signed(found: Salvaged, keys: Mapping[int, Ed25519PublicKey]) -> bool:
    """Tell whether the key of its epoch signed the chain up to this entry: HQ looks for itself."""
    key = keys.get(found.owner.epoch)
    return key is not None and head_is_signed(key, found.owner, Head(found.seq, found.hash), found.sig)
