"""Stores and devices on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Answer, Body, Line, Moment, Name

StoreId = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")
]
Area = Annotated[str, StringConstraints(max_length=40, pattern=PATTERN)]
Note = Annotated[str, StringConstraints(max_length=200, pattern=PATTERN)]
Zone = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=PATTERN)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Url = Annotated[str, StringConstraints(min_length=8, max_length=300, pattern=r"^https?://[\x21-\x7e]+$")]


class StoreAnswer(Answer):
    """A store with what its devices come to; those that were shut out don't count."""

    store_id: str
    name: str
    area: str
    time_zone: str
    currency: str
    devices: int
    online: int
    waiting: Annotated[int, Field(description="Devices that wait to be confirmed.")]
    queue: Annotated[int, Field(description="Entries that wait at its devices, as they said last.")]
    last_seen_ms: Annotated[Moment, Field(description="0 where no device was ever heard of.")]


class StoreAsked(Body):
    """A store to be added."""

    store_id: StoreId
    name: Name
    time_zone: Zone
    currency: Currency
    area: Area = ""


class StoreChange(Body):
    """What of a store changes; what is not said stays."""

    name: Name | None = None
    area: Area | None = None


class DeviceAnswer(Answer):
    """A station as people see it. Its own clock is its own word."""

    device_id: str
    store: str
    area: str
    state: Annotated[str, Field(description="waiting, active, forked or revoked.")]
    epoch: int
    head_seq: int
    name: str
    hardware: str
    software: str
    note: str
    enrolled_ms: Moment
    last_seen_ms: Moment
    is_online: bool
    queue: Annotated[int, Field(description="Entries that waited behind its last push.")]
    queue_since_ms: Annotated[int, Field(description="Since when, by its own clock; 0 for none.")]
    clock_skew_ms: Annotated[int, Field(description="Its clock less HQ's, at its last push.")]
    is_replica_current: bool
    replica_ms: Annotated[Moment, Field(description="Of when the facts are that it holds; 0 is not known.")]
    rows_skipped: Annotated[int, Field(description="Facts that its program could not use.")]
    program_version: int
    is_program_current: bool
    stops_version: int
    is_stops_current: bool
    is_to_wipe: bool
    wiped_ms: Moment | None
    written_off_ms: Moment | None
    held: Annotated[int, Field(description="Entries of it that are kept aside.")]
    cases: Annotated[int, Field(description="Open exceptions about it.")]
    asked_by: Annotated[str, Field(description="The station at which a manager asked for it, if one did.")]
    approver: str


class EpochAnswer(Answer):
    """A replaced incarnation of a device."""

    epoch: int
    head_seq: int
    enrolled_ms: Moment
    ended_ms: Moment
    is_to_wipe: bool
    wiped_ms: Moment | None
    written_off_ms: Moment | None


class DeviceChange(Body):
    """A note of people on a device."""

    note: Note


class RevocationAsked(Body):
    """How a device is shut out: with `wipe` it erases itself once all its entries are here."""

    wipe: bool = False
    reason: Line = ""


class PairingAsked(Body):
    """What a pairing text is to say: where stations reach this HQ. A trusted machine need not be confirmed."""

    url: Url
    is_trusted: bool = False


class PairingAnswer(Answer):
    """A text that pairs one machine, once."""

    text: str
    expires_ms: Moment
