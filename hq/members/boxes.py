"""Boxes as stations send them: opened by HQ's box keys, old ones too, and held against what the entry names."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.personal import Personal, box_info, read_personal
from app.core.sealed import NotOpened, open_sealed
from hq.faults import SetUpFault
from hq.keys import KeyRing
from sync.protocol import Box


@dataclass(frozen=True, slots=True)
class Opened:
    """A box and what was in it; `said` is None for one that doesn't open. `has_key`: HQ holds the key at least."""

    member: str
    box_hash: str
    said: Personal | None
    has_key: bool = True

    def is_of(self, box_hash: str) -> bool:
        """Tell whether it is the box that an entry names."""
        return bool(box_hash) and self.box_hash == box_hash

    def lacks(self, box_hash: str) -> str:
        """Say why it gives nothing, behind what a person is told of it."""
        if not self.box_hash:
            return "did not come with the entry"
        if not self.is_of(box_hash):
            return "came in another box than the entry names"
        return "can't be opened" if self.has_key else "is sealed to a key that head office lacks"


NO_BOX = Opened("", "", None)


def open_boxes(keys: KeyRing, boxes: Sequence[Box]) -> dict[str, Opened]:
    """Open the boxes of a push, by member. Never raises for what is in them."""
    return {each.member: _open(keys, each) for each in boxes}


def _open(keys: KeyRing, box: Box) -> Opened:
    box_hash = hashlib.sha256(box.box).hexdigest()
    try:
        key = keys.box_key(box.kid)
    except SetUpFault:
        return Opened(box.member, box_hash, None, has_key=False)
    try:
        said = read_personal(open_sealed(key, box.box, info=box_info(box.member)))
    except (NotOpened, ValueError):  # what is wrong with it may hold what somebody typed
        said = None
    return Opened(box.member, box_hash, said)
