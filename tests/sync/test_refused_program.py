"""A program that the station refuses keeps no row from it: rows are believed without it."""

import pytest
from msgspec.structs import replace

from app.core.keyset import KeyUse
from hq.members.service import MemberFacts, upsert_members
from hq.tables import member
from sync.faults import HqUntrusted
from tests.sync.key_changes import (
    forged_program,
    highest,
    leave_alone,
    lose_replica,
    publish,
    rotate,
    versions,
)
from tests.sync.world import REF


def claim_forged(world, shop, asked):
    """Let HQ hand out a program that a key for cards signed, and name it in every page."""
    real = shop.hq.real.document
    forged = forged_program(world, "t1", 9)
    shop.hq.document = lambda kind: asked.append(kind) or (forged if kind == "program" else real(kind))
    for name in ("changes", "push"):
        shop.hq.alter(name, lambda answer: replace(answer, program_version=9))


def balance(shop):
    return shop.store.replica.member(REF).balance


def give_points(world):
    with world.hq.database.atomic() as connection:
        connection.execute(member.update().where(member.c.ref == REF).values(balance=77))
    upsert_members(world.hq, [MemberFacts(REF, "Ada L.", home_store="s-1")])  # says that there is news


@pytest.mark.parametrize("is_first", [False, True], ids=["the feed", "a snapshot"])
def test_rows_and_verdicts_come_though_the_program_is_refused(world, is_first):
    shop = world.shop().synced()
    if is_first:
        lose_replica(shop)
    give_points(world)
    shop_versions = versions(shop)
    asked = []
    claim_forged(world, shop, asked)
    with pytest.raises(HqUntrusted, match="no key 't1'"):
        shop.syncer.sync()
    assert balance(shop) == 77
    assert (versions(shop)[1], highest(shop)[1]) == (shop_versions[1], 1)
    assert asked.count("program") == 1 + is_first  # by the manifest and by the pages, not for each page
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()  # asked again, and said again
    leave_alone(shop)
    publish(world, 2)
    shop.syncer.sync()
    assert versions(shop) == highest(shop) == (1, 2)


def test_a_refused_set_of_keys_still_stops_the_rows(world):
    shop = world.shop().synced()
    give_points(world)
    rotate(world, KeyUse.TOKEN)
    shop.hq.alter("document", lambda document: replace(document, sig=bytes(64)))
    with pytest.raises(HqUntrusted):
        shop.syncer.sync()
    assert balance(shop) != 77


def test_a_good_program_behind_a_refused_one_makes_all_well(world):
    shop = world.shop().synced()
    documents = shop.syncer._puller.documents
    asked = []
    claim_forged(world, shop, asked)
    documents.follow(keyset_version=1, program_version=9)
    leave_alone(shop)
    publish(world, 10)
    shop.syncer.sync()
    assert versions(shop) == (1, 10)


def test_what_was_refused_between_two_batches_is_asked_again_before_it_is_said(world):
    """That sync may have been cut before its pull, and the next one finds all well."""
    shop = world.shop().synced()
    asked = []
    claim_forged(world, shop, asked)
    shop.syncer._puller.documents.follow(keyset_version=1, program_version=9)
    leave_alone(shop)
    shop.syncer.sync()
    assert versions(shop) == (1, 1)
