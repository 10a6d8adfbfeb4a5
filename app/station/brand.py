"""How this station's shop looks, by the brand that head office signed and the replica holds."""

from functools import lru_cache

from app.core.brand import NO_BRAND, Brand
from app.core.brand_format import read_brand
from app.store.store import StationStore


def brand_of(store: StationStore) -> Brand:
    """Return how the shop looks; Tillside's own look before head office has said anything."""
    body = store.replica.document_body("brand")
    return NO_BRAND if body is None else _read(body)


@lru_cache(maxsize=2)
def _read(body: bytes) -> Brand:
    return read_brand(body)[1]  # it was read once before it was kept
