"""Changes of HQ's keys as head office makes them, and documents as thieves make them."""

from msgspec.structs import replace

from app.core.keyset import KeyUse
from app.core.reasons import Refusal
from app.ids import new_secret
from app.station.identify import identify
from hq.campaigns.service import publish_program
from hq.keys import private_key, sign_document, write_key
from hq.keysets import service
from hq.keysets.service import NewKey, publish_key
from tests.builders import a_program


def rotate(world, use):
    """Make and publish a key as the command does, without its backup."""
    kid = {KeyUse.TOKEN: "t", KeyUse.SIGN: "s", KeyUse.ROOT: "r", KeyUse.BOX: "b"}[use]
    kid += str(1 + sum(each.key.use == use for each in service.listed_keys(world.hq)))
    write_key(world.hq.keys.folder, kid, private_key(kid, new_secret()))
    publish_key(world.hq, NewKey(kid, use, world.hq_folder, ""))
    return kid


def publish(world, version, **changes):
    publish_program(world.hq, a_program(version=version, **changes))


def reason(shop, card):
    seen = identify(shop.store, card)
    return seen.reason.code if isinstance(seen, Refusal) else "good"


def versions(shop):
    return tuple(shop.store.replica.document_version(kind) for kind in ("keyset", "program"))


def highest(shop):
    return tuple(shop.store.versions.highest(kind) for kind in ("keyset", "program"))


def forged_program(world, kid, version, **changes):
    """Return a program as a thief makes it who has one of HQ's keys."""
    body = a_program(version=version, **changes)
    return sign_document(world.hq.keys, kind="program", version=version, body=body, kids=[kid])


def hand_out(shop, document):
    """Let whoever is between the two ends answer with a document of their own, and say that it is the newest."""
    real = shop.hq.real
    named = {f"{document.kind}_version": document.version}
    shop.hq.alter("changes", lambda page: replace(page, **named))
    shop.hq.document = lambda kind: document if kind == document.kind else real.document(kind)


def leave_alone(shop):
    for name in ("changes", "document", "push", "keyset", "manifest", "snapshot"):
        shop.hq.__dict__.pop(name, None)


def lose_replica(shop):
    shop.store.close()
    for part in shop.folder.glob("replica-*.db*"):
        part.unlink()
    shop.open()
