"""What a station carries into a new epoch: the entries of its old journals that HQ does not hold.

What HQ had acknowledged counts for nothing here, since HQ may have been put back to a backup. HQ names an entry up to
which it holds the old epoch. If that lies in the old journal too, all that is behind it is carried; if not, the two
have different histories, and everything is. HQ answers `posted` for what it holds, so that too much is only long.

Folders that were set aside at an earlier enrolment are read as well, where HQ has less of them than it once
acknowledged: it was put back to before that enrolment.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.chain import Head
from app.core.entry import SALVAGED, EntryInvalid, read_entry
from app.core.salvaged import EpochReason, Salvaged, SalvageInvalid, read_salvaged
from app.store.device import Device, former_stores, read_card
from app.store.faults import KeysMissing, StoreDamaged, StoreMissing
from app.store.keystore import KeyStore, StationKeys, load_keys, load_mark
from app.store.salvage import Found, Row, device_said, salvage, salvaged_of
from app.store.store import JOURNAL
from sync.enrolment_wire import EpochHead

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Old:
    """What was found of an old store."""

    device: Device | None
    keys: StationKeys | None
    found: Found
    reason: EpochReason = EpochReason.SHUT_OUT
    said_id: str = ""  # the device of whom the card beside the journal speaks
    mark: Head | None = None  # how far the journal had come when that was noted last

    @property
    def device_id(self) -> str:
        """Whose records these are; empty where neither journal nor card can say it."""
        return self.said_id if self.device is None else self.device.device_id

    @property
    def rows(self) -> list[Row]:
        """The entries of its own epoch."""
        return [row for row in self.found.rows if row.epoch == self.found.epoch]

    @property
    def epoch(self) -> int:
        """Its epoch; 0 where nothing can be read."""
        return self.found.epoch or 0

    @property
    def believed_seq(self) -> int:
        """The last entry that lies here of those that HQ acknowledged; where that can't be read, the last of all."""
        acked = self.found.acked_seq
        return max((row.seq for row in self.rows if not acked or row.seq <= acked), default=0)

    @property
    def lost(self) -> int | None:
        """How many entries there were, by their numbers and the mark, that can't be read; None where nothing can be."""
        if self.keys is None:
            return None
        numbers = {row.seq for row in self.rows}
        return max(numbers | {self.mark.seq if self.mark else 0}) - len(numbers)

    def waiting(self) -> list[Row]:
        """Return the entries that HQ had not acknowledged, as far as is known."""
        return [row for row in self.rows if row.seq > self.found.acked_seq]

    def behind(self, held: Head | None) -> list[Row]:
        """Return the entries behind what HQ holds; all of them where that isn't of this journal."""
        if held is None or not any((row.seq, row.hash) == (held.seq, held.hash) for row in self.rows):
            return self.rows
        return [row for row in self.rows if row.seq > held.seq]


def look_at_records(folder: Path, key_store: KeyStore) -> Old:
    """Read what can be read of a store's journal. Changes nothing."""
    said_id = ""
    try:
        card = read_card(folder)
        said_id = card.device_id
        keys, mark = load_keys(key_store, card.name), load_mark(key_store, card.name)
    except (KeysMissing, StoreDamaged, StoreMissing) as fault:
        log.info("nothing of the old store can be read: %s", fault)
        return Old(None, None, Found(is_complete=False), EpochReason.KEYS_MISSING, said_id)
    found = salvage(folder / JOURNAL, keys.database)
    return Old(device_said(found), keys, found, said_id=said_id, mark=mark)


def missing_at_hq(
    old: Old, aside: Iterable[Old], former: Sequence[EpochHead], *, device_id: str
) -> list[Salvaged]:
    """Return what is carried for a device, oldest first. What `old` carried itself is there as it was, once."""
    heads = {head.epoch: Head(head.seq, head.hash) for head in former}
    carried: dict[tuple[str, int, int, bytes], Salvaged] = {}
    for each in sorted(aside, key=lambda found: found.epoch):
        held = heads.get(each.epoch)
        if each.found.acked_seq > (held.seq if held else 0):
            log.info("head office has less of epoch %s than it had acknowledged", each.epoch)
            _add(carried, salvaged_rows(each, each.behind(held), device_id=device_id))
    _add(carried, salvaged_rows(old, old.behind(heads.get(old.epoch)), device_id=device_id))
    return list(carried.values())


def salvaged_rows(old: Old, rows: Sequence[Row], *, device_id: str) -> list[Salvaged]:
    """Return rows of an old journal as they are carried; `device_id` is believed where the journal says none."""
    if old.keys is None:
        return []
    name, key = old.device_id or device_id, old.keys.sign.public_key()
    return [_inner(row) or salvaged_of(row, device_id=name, key=key) for row in rows]


def set_aside_before(folder: Path, key_store: KeyStore, old: Old) -> list[Old]:
    """Return what lies beside a store of earlier epochs of the same device."""
    if old.device is None:
        return []
    found = [look_at_records(path, key_store) for path in former_stores(folder) if path.is_dir()]
    return [
        each
        for each in found
        if each.device is not None
        and each.device.device_id == old.device.device_id
        and each.device.root_key == old.device.root_key
        and each.epoch < old.epoch
    ]


def _add(carried: dict[tuple[str, int, int, bytes], Salvaged], found: Iterable[Salvaged]) -> None:
    for each in found:
        carried.setdefault((each.owner.device_id, each.owner.epoch, each.seq, each.hash), each)


def _inner(row: Row) -> Salvaged | None:
    """Return what a row carries that was itself saved out of a journal before: it isn't wrapped a second time."""
    try:
        entry = read_entry(row.body)
        return read_salvaged(entry.data) if entry.type == SALVAGED and row.is_whole else None
    except (EntryInvalid, SalvageInvalid):
        return None
