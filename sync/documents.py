"""The first half of a pull, and a step after each push: what is stopped, HQ's set of keys, its program, before any row.

A station that has much to send or to fetch must hear of a revoked key and of what is stopped first, so HQ names its
newest versions in every answer. What isn't signed as it should be, or is older than what was seen before, is refused
and changes nothing; the highest versions are kept in the journal's file, where no new replica can take them away.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.keyset import KeySet, KeyState, KeyUse
from app.core.program import ProgramInvalid
from app.station.keyset import KEYSET, keyset_of, signing_keys, verifying
from app.store.programs import compiled
from app.store.store import StationStore
from sync.brand import BRAND, Branding
from sync.faults import HqUntrusted
from sync.protocol import DocumentKind, HqProtocol, SignedDocument
from sync.stops import STOPS, StopList, asked_for
from sync.trust import check_keyset, check_version, is_signed_by, signer_of

log = logging.getLogger(__name__)

PROGRAM: Final = "program"
STEPS_MAX = 1_000  # sets of keys between ours and HQ's newest: more is no HQ that we know

Runner = Callable[[Callable[[], Any]], Any]


class Documents:
    """Keeps a station's keys and rules in step with HQ's."""

    def __init__(self, store: StationStore, hq: HqProtocol, *, run: Runner) -> None:
        """Work on `store` through `run`, which calls a function on the store's thread and returns its result."""
        self._store = store
        self._hq = hq
        self._run = run
        self._stops = StopList(store, hq, run=run)
        self._branding = Branding(store, hq, run=run)
        self._unreadable_version = 0  # of the program: not fetched again until there is a newer one
        # What was refused, by its kind, in which version and why: not fetched again until somebody was told.
        self._refused: dict[str, tuple[int, HqUntrusted]] = {}

    def follow(self, *, keyset_version: int, program_version: int, stops_version: int = 0) -> None:
        """Fetch what is stopped, then keys, then rules, when HQ has newer ones than we hold. Raises `HqFault`.

        What is stopped comes after the keys only where it is signed by one that is new to us. It is asked for again
        after them where they say that a thief may have signed it.

        A program or a list of stops that we refuse is remembered for `tell`: rows are believed without it, and a member
        who was blocked must not wait until HQ has mended it. Keys that we refuse stop everything, since all else rests
        on them.
        """
        has_newer_keys = keyset_version > self._run(lambda: self._store.replica.document_version(KEYSET))
        self._take(STOPS, stops_version, partial(self._stops.follow, stops_version, may_wait=has_newer_keys))
        if has_newer_keys:
            self.pull_keys()
            self._take(STOPS, stops_version, partial(self._stops.follow, stops_version))
        if STOPS in self._refused:
            return  # new rules without what is stopped of them would let it go
        held = self._run(lambda: self._store.replica.document_version(PROGRAM))
        if program_version > max(held, self._unreadable_version):
            self._take(PROGRAM, program_version, self._pull_program)

    def _take(self, kind: str, version: int, fetch: Callable[[], None]) -> None:
        """Fetch a document, unless HQ's newest was refused before and nobody was told."""
        if kind in self._refused and version <= self._refused[kind][0]:
            return
        try:
            fetch()
            self._refused.pop(kind, None)
        except HqUntrusted as fault:
            log.info("a document is refused: %s", fault)
            self._refused[kind] = version, fault

    def _pull_program(self) -> None:
        document = self._asked_for(PROGRAM)
        self._run(lambda: self._keep_program(document))

    def forget(self) -> None:
        """Begin anew: what was refused before is fetched again. HQ may have mended it, or it was not HQ."""
        self._refused.clear()

    def tell(self) -> None:
        """Raise what was refused, if anything."""
        for _, fault in self._refused.values():
            raise fault

    def pull_keys_if_newer(self) -> None:
        """Fetch HQ's newest set of keys before a snapshot.

        One older than ours is left alone: an HQ that was put back from a backup may know less than we do.
        """
        newest = self._asked_for("keyset")
        if newest.version >= self._run(lambda: self._store.versions.highest(KEYSET)):
            self._take_keys(newest)

    def pull_keys(self) -> None:
        """Fetch HQ's newest set of keys. Where its root key is new to us, each set in between comes first."""
        self._take_keys(self._asked_for("keyset"))

    def _take_keys(self, newest: SignedDocument) -> None:
        for version in self._run(partial(self._steps_to, newest)):
            step = self._hq.keyset(version)
            if step.version != version:
                raise HqUntrusted(f"asked for keyset {version}, got {step.version}")
            self._run(partial(self._keep_keyset, step))
        self._run(partial(self._keep_keyset, newest))

    def signing_keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Return the keys that manifests must be signed with. On the store's thread."""
        body = self._store.replica.document_body(KEYSET)
        return {} if body is None else signing_keys(body)

    def follow_stops(self, version: int) -> None:
        """Fetch what is stopped alone, unless it is signed by a key that is new to us. Raises `HqFault`."""
        self._stops.follow(version, may_wait=True)

    def follow_brand(self, version: int) -> None:
        """Fetch how the shop looks, if HQ's newest is another one than ours. Raises `HqFault`."""
        self._branding.follow(version)

    def _asked_for(self, kind: DocumentKind) -> SignedDocument:
        return asked_for(self._hq, kind)

    def _steps_to(self, newest: SignedDocument) -> range:
        first = self._store.versions.highest(KEYSET) + 1
        if is_signed_by(newest, self._store.device.root_key):
            return range(first, first)
        if newest.version - first > STEPS_MAX:
            raise HqUntrusted(f"keyset {newest.version} is too far ahead of ours")
        return range(first, newest.version)

    def _keep_keyset(self, document: SignedDocument) -> None:
        store = self._store
        keyset, root = check_keyset(document, root=store.device.root_key)
        check_version(document, lowest=store.versions.highest(KEYSET))
        with store.atomic():
            store.versions.note(KEYSET, document.version, signer=document.kid)
            if root != store.device.root_key:
                store.trust_root(root)
            self._recover_from_revoked(keyset)
        self._unreadable_version = 0
        self._refused.clear()  # another key may have signed it
        self._branding.forget()
        with store.replica_atomic():
            _put(store, document, kid=document.kid)
            if not self._is_program_believed(keyset):
                store.replica.drop_document(PROGRAM)
            if keyset.is_revoked(store.replica.document_kid(BRAND)):
                store.replica.drop_document(BRAND)  # HQ's own comes next, signed anew

    def _recover_from_revoked(self, keyset: KeySet) -> None:
        """Where a thief's key signed the highest program, go on from the newest that the root key vouches for.

        Otherwise a version near the highest number there is would keep HQ's own programs out for ever.
        """
        versions, replica = self._store.versions, self._store.replica
        highest, signer = versions.highest(PROGRAM), versions.signer(PROGRAM)
        if not signer and highest == replica.document_version(PROGRAM):
            signer = replica.document_kid(PROGRAM)  # a store from before signers were noted
        if keyset.is_revoked(signer):
            versions.set_to(PROGRAM, max((each.version for each in keyset.programs), default=0))
        self._stops.recover_from_revoked(keyset)

    def _is_program_believed(self, keyset: KeySet) -> bool:
        """Tell whether the program held is not a thief's: its key is not revoked, or HQ vouches for it all the same."""
        replica = self._store.replica
        body = replica.document_body(PROGRAM)
        if body is None or not keyset.is_revoked(replica.document_kid(PROGRAM)):
            return True
        return keyset.vouches_for(replica.document_version(PROGRAM), hashlib.sha256(body).hexdigest())

    def _keep_program(self, document: SignedDocument) -> None:
        store = self._store
        highest = store.versions.highest(PROGRAM)
        kid = signer_of(document, self._keys_for_program(is_seen=document.version == highest))
        check_version(document, lowest=highest)
        with store.atomic():
            store.versions.note(PROGRAM, document.version, signer=kid)
        if not _is_readable(document, kid=kid):
            self._unreadable_version = document.version
            return
        self._keep_former(document.version)
        with store.replica_atomic():
            _put(store, document, kid=kid)

    def _keep_former(self, newer: int) -> None:
        """Keep the program that is about to be replaced: orders made under it may still be undone."""
        store = self._store
        body, version = store.replica.document_body(PROGRAM), store.replica.document_version(PROGRAM)
        if body is not None and version < newer:
            with store.atomic():
                store.former_programs.keep(version, body)

    def _keys_for_program(self, *, is_seen: bool) -> Mapping[str, Ed25519PublicKey]:
        """Return the keys that may have signed it. A retired one speaks only for what was believed before."""
        body = self._store.replica.document_body(KEYSET)
        if body is None:
            return {}
        states = (KeyState.GOOD, KeyState.RETIRED) if is_seen else (KeyState.GOOD,)
        return {kid: verifying(key) for kid, key in keyset_of(body).of(KeyUse.SIGN, *states).items()}


def _put(store: StationStore, document: SignedDocument, *, kid: str) -> None:
    """Keep a document under the key by which we believe it."""
    store.replica.put_document(
        kind=document.kind,
        version=document.version,
        kid=kid,
        signature=_signature_by(document, kid),
        body=document.body,
    )


def _signature_by(document: SignedDocument, kid: str) -> bytes:
    """Return the signature that was checked: what is compiled once for all stores goes by it."""
    return next(each.sig for each in document.signatures if each.kid == kid)


def _is_readable(document: SignedDocument, *, kid: str) -> bool:
    """Tell whether this program is one that we can decide by; if not, the one before stays until it expires."""
    try:
        program = compiled(document.version, _signature_by(document, kid), lambda: document.body)
        return program.version == document.version
    except ProgramInvalid as problem:
        log.warning("program %s can't be used by this version of Tillside: %s", document.version, problem)
        return False
