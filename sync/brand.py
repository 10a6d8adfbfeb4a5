"""How the shop looks, as a station fetches it: signed by head office, and whichever version that names as its newest.

An older brand harms nobody, so no version is remembered: a head office that was put back from a backup is simply
followed. What is refused or can't be read changes nothing, and nothing else waits for it.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from app.core.brand import BrandInvalid
from app.core.brand_format import read_brand
from app.station.keyset import KEYSET, signing_keys
from app.store.store import StationStore
from sync.faults import HqUntrusted
from sync.protocol import DocumentKind, HqProtocol, SignedDocument
from sync.stops import asked_for
from sync.trust import signer_of

log = logging.getLogger(__name__)

BRAND: Final[DocumentKind] = "brand"


class Branding:
    """Keeps a station in step with how its shop looks."""

    def __init__(
        self, store: StationStore, hq: HqProtocol, *, run: Callable[[Callable[[], Any]], Any]
    ) -> None:
        """Work on `store` through `run`, which calls a function on the store's thread and returns its result."""
        self._store = store
        self._hq = hq
        self._run = run
        self._left_version = 0  # refused or unreadable: not fetched again until HQ names another

    def follow(self, version: int) -> None:
        """Fetch HQ's newest unless we hold it. Raises `HqFault`. Version 0: HQ has none, or is too old to know."""
        held = self._run(lambda: self._store.replica.document_version(BRAND))
        if version in (0, held, self._left_version):
            return
        document = asked_for(self._hq, BRAND)
        try:
            self._run(partial(self._keep, document))
        except (HqUntrusted, BrandInvalid) as problem:
            log.info("brand %s is left alone: %s", document.version, problem)
            self._left_version = version

    def forget(self) -> None:
        """Begin anew: what was refused may be believed by other keys."""
        self._left_version = 0

    def _keep(self, document: SignedDocument) -> None:
        store = self._store
        body = store.replica.document_body(KEYSET)
        kid = signer_of(document, {} if body is None else signing_keys(body))
        said, _ = read_brand(document.body)
        if said != document.version:
            raise HqUntrusted(f"brand {document.version} calls itself {said}")
        signature = next(each.sig for each in document.signatures if each.kid == kid)
        with store.replica_atomic():
            store.replica.put_document(
                kind=BRAND, version=document.version, kid=kid, signature=signature, body=document.body
            )
