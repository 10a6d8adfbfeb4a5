"""The list of what head office has stopped, as a station fetches it: whole, signed, never an older one than before."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from app.core.keyset import KeySet
from app.core.stops import StopsInvalid, read_stops
from app.station.keyset import KEYSET, signing_keys
from app.store.store import StationStore
from sync.faults import HqUntrusted
from sync.protocol import DocumentKind, HqProtocol, SignedDocument
from sync.trust import check_version, signer_of

log = logging.getLogger(__name__)

STOPS: Final = "stops"


class StopList:
    """Keeps a station in step with what is stopped."""

    def __init__(
        self, store: StationStore, hq: HqProtocol, *, run: Callable[[Callable[[], Any]], Any]
    ) -> None:
        """Work on `store` through `run`, which calls a function on the store's thread and returns its result."""
        self._store = store
        self._hq = hq
        self._run = run
        self._unreadable_version = 0  # not fetched again until there is a newer one

    def follow(self, version: int, *, may_wait: bool = False) -> None:
        """Fetch the list when HQ has a newer one than we hold. Raises `HqFault`.

        With `may_wait` one that is signed by no key of ours is left for later: newer keys are on their way.
        """
        held = self._run(lambda: self._store.stops.version)
        if version > max(held, self._unreadable_version):
            document = asked_for(self._hq, STOPS)
            self._run(partial(self._keep, document, may_wait=may_wait))

    def _keep(self, document: SignedDocument, *, may_wait: bool) -> None:
        store = self._store
        body = store.replica.document_body(KEYSET)
        keys = {} if body is None else signing_keys(body)
        if may_wait and keys.keys().isdisjoint(each.kid for each in document.signatures):
            return
        kid = signer_of(document, keys)
        check_version(document, lowest=store.versions.highest(STOPS))
        is_readable = _is_readable(document)
        with store.atomic():
            store.versions.note(STOPS, document.version, signer=kid)
            if is_readable:
                store.stops.keep(document.body, document.version)
        if not is_readable:
            self._unreadable_version = document.version

    def recover_from_revoked(self, keyset: KeySet) -> None:
        """Where a thief's key signed the newest list, go on from the version that the root key names.

        What it says is obeyed until HQ's own comes, which is asked for next. Call it inside `atomic`.
        """
        store = self._store
        if not keyset.is_revoked(store.versions.signer(STOPS)):
            return
        self._unreadable_version = 0
        store.versions.set_to(STOPS, keyset.stops_version)
        if keyset.stops_version:
            store.stops.doubt()
        else:
            store.stops.drop()


def asked_for(hq: HqProtocol, kind: DocumentKind) -> SignedDocument:
    """Return HQ's newest document of a kind. Raises `HqFault`."""
    document = hq.document(kind)
    if document.kind != kind:
        raise HqUntrusted(f"asked for the {kind}, got the {document.kind}")
    return document


def _is_readable(document: SignedDocument) -> bool:
    """Tell whether this list is one that we can go by; if not, the one before stays."""
    try:
        return read_stops(document.body).version == document.version
    except StopsInvalid as problem:
        log.warning("list %s of what is stopped can't be used: %s", document.version, problem)
        return False
