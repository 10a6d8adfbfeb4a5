"""What a station asks of HQ about its store's devices: how the others are, and a pairing code for a new one."""

from enum import StrEnum
from typing import Annotated, Protocol

from msgspec import Meta

from sync.protocol import Count, DeviceId, Epoch, Wire

DEVICES_MAX = 500
URL = r"\Ahttps?://[!-~]{1,200}\Z"


class DeviceTold(Wire, frozen=True, kw_only=True):
    """A device of the store, as HQ knows it. `seen_ms`: when its last push came; `behind` entries waited then."""

    device_id: DeviceId
    name: str  # of the machine, as it says
    state: str  # waiting (to be confirmed), active, forked or revoked, or a later HQ's word
    software: str
    enrolled_ms: Count
    seen_ms: Count
    behind: Count
    behind_since_ms: Count  # by its own clock; 0 for none


class StoreDevices(Wire, frozen=True, kw_only=True):
    """The devices of the asking one's store, itself among them, at a moment of HQ's."""

    devices: Annotated[list[DeviceTold], Meta(max_length=DEVICES_MAX)]
    as_of_ms: Count


class PairingRequest(Wire, frozen=True, kw_only=True):
    """A manager asks for a pairing text for a new device of the store. `url` is how this station reaches HQ."""

    epoch: Epoch
    url: Annotated[str, Meta(pattern=URL)]
    approver: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z]{1,40}\Z")]
    approval: Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]  # its id


class PairingRefusal(StrEnum):
    """Why there is no text."""

    NOT_A_MANAGER = "not_a_manager"  # whoever approved it isn't one of this store, by what HQ knows
    TOO_OFTEN = "too_often"  # the store's stations have asked for as many as they may within an hour
    USED = "used"  # by this approval a device was paired already


class PairingAnswer(Wire, frozen=True, kw_only=True):
    """A text and until when it is good; or why there is none: a `PairingRefusal`, or a later HQ's word."""

    text: Annotated[str, Meta(max_length=2_000)] = ""
    expires_ms: Count = 0
    refusal: str = ""


class DevicesProtocol(Protocol):
    """What a station asks of HQ about its store's devices. Implemented as `HqProtocol` is."""

    def devices(self) -> StoreDevices:
        """Tell of the devices of this one's store."""
        ...

    def pairing(self, request: PairingRequest) -> PairingAnswer:
        """Make a pairing text for a new device, which a person at HQ then has to confirm."""
        ...
