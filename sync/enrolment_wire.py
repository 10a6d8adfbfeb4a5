"""What a device and HQ say to each other before the device has an identity: who HQ is, and how a device is taken in."""

from typing import Annotated, Protocol

from msgspec import Meta, field

from app.core.chain import NONCE_SIZE
from sync.protocol import (
    PROTO,
    PUBLIC_KEY_SIZE,
    SIGNATURE_SIZE,
    Count,
    DeviceId,
    Epoch,
    SignedDocument,
    Whole,
    Wire,
)

FORMER_MAX = 64  # epochs of a device that HQ speaks of at an enrolment


class StoreFacts(Wire, frozen=True, kw_only=True):
    """The shop a device stands in."""

    store_id: str
    name: str
    time_zone: str
    currency: str


class EnrolRequest(Wire, frozen=True, kw_only=True):
    """A new device introduces itself. `proof` is its signature over `"TS-enrol" | token | sign_pub | box_pub`."""

    proto: Whole = PROTO
    token: str
    sign_pub: Annotated[bytes, Meta(min_length=PUBLIC_KEY_SIZE, max_length=PUBLIC_KEY_SIZE)]  # Ed25519
    box_pub: Annotated[bytes, Meta(min_length=PUBLIC_KEY_SIZE, max_length=PUBLIC_KEY_SIZE)]  # X25519
    proof: Annotated[bytes, Meta(min_length=SIGNATURE_SIZE, max_length=SIGNATURE_SIZE)]
    hw: str = ""
    sw: str = ""
    name: str = ""  # of the machine, for the person who confirms it
    # Of the records that lie on the machine: their epoch, and up to where HQ is thought to hold it. 0 for none
    former_epoch: Epoch = 0
    former_seq: Count = 0


class EpochHead(Wire, frozen=True, kw_only=True):
    """An entry that HQ holds, with all before it, of an epoch of a device: its last. Number 0: nothing of it."""

    epoch: Epoch
    seq: Count
    hash: bytes


class EnrolAnswer(Wire, frozen=True, kw_only=True):
    """What a device is from now on."""

    device_id: DeviceId
    epoch: Annotated[int, Meta(ge=1, lt=1 << 32)]
    store: StoreFacts
    # 32 bytes, into the first hash of its chain
    nonce: Annotated[bytes, Meta(min_length=NONCE_SIZE, max_length=NONCE_SIZE)]
    keyset: SignedDocument
    hq_incarnation: str
    is_confirmed: bool = True  # else it waits until a person at HQ has said that this is the machine
    # What HQ holds of the device's epochs that have ended, of many the newest: the machine carries over what is behind.
    # Of `former_epoch` it is entry `former_seq`, where HQ holds that.
    former: Annotated[list[EpochHead], Meta(max_length=FORMER_MAX)] = field(default_factory=list)
    # Sealed to the device's box key, where the store has staff and the device is confirmed.
    pepper: bytes = b""


class EnrolProtocol(Protocol):
    """What a device asks before it has an identity: first who HQ is, and only then to be taken in."""

    def keyset(self) -> SignedDocument:
        """Return HQ's set of keys, which holds nothing secret."""
        ...

    def enrol(self, request: EnrolRequest) -> EnrolAnswer | None:
        """Turn a one-time token into a device; None when the token is unknown, used or too old."""
        ...
