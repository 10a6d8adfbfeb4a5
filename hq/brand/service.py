"""Saying how the shop's stations look: a signed document, whole each time.

Its version is the moment when it was published. Counted from one, a database that was put back from a backup would use
a number again that stations hold for another brand, and they would not fetch it.
"""

from app.core.brand import NO_BRAND, Brand, BrandInvalid, checked
from app.core.brand_format import read_brand, write_brand
from app.core.keyset import KeyUse
from hq.access.actor import SYSTEM, Actor
from hq.audit.service import record
from hq.brand.png import is_whole
from hq.campaigns.store import insert_document, newest_version, read_document
from hq.db import Whole, hold_whole
from hq.home import Hq
from hq.keys import sign_document
from hq.keysets.store import current_kid
from sync.protocol import DocumentKind

BRAND: DocumentKind = "brand"


def newest_brand(hq: Hq) -> Brand:
    """Return how stations look, or are about to."""
    with hq.database.reading() as connection:
        found = read_document(connection, BRAND, newest_version(connection, BRAND))
    return NO_BRAND if found is None else read_brand(found.body)[1]


def publishable(brand: Brand) -> Brand:
    """Return a brand in the form that is kept, its logo looked at to its end. Raises `BrandInvalid`."""
    found = checked(brand)
    if found.logo and not is_whole(found.logo):
        raise BrandInvalid(
            "This logo is not whole: it was cut off or spoilt on its way. Choose the file again."
        )
    return found


def publish_brand(hq: Hq, brand: Brand, *, actor: Actor = SYSTEM) -> int:
    """Let stations look like this from their next sync on; return the version. Raises `BrandInvalid`."""
    now_ms, brand = hq.clock.now_ms(), publishable(brand)
    with hq.database.atomic() as connection:
        hold_whole(connection, Whole.PROGRAMS)
        before = newest_version(connection, BRAND)
        version = max(now_ms, before + 1)
        kid = current_kid(connection, KeyUse.SIGN)
        body = write_brand(version, brand)
        signed = sign_document(hq.keys, kind=BRAND, version=version, body=body, kids=[kid])
        insert_document(connection, signed, now_ms=now_ms)
        said = {"version": version, "name": brand.name, "color": brand.color, "portal": brand.portal}
        known = {"version": before} if before else None
        record(
            connection, actor, "brand.published", "settings:brand", now_ms=now_ms, before=known, after=said
        )
    return version
