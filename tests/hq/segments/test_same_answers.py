"""The database says of every condition what the core says: random trees about members with random pasts."""

import random
from datetime import date

from sqlalchemy import insert

from app.core.codes import hash_number
from hq.members.service import MemberFacts, upsert_members
from hq.members.tables import consent, enrolment, personal
from hq.segments.buying import gather_of_members
from hq.segments.calendar import Today
from hq.segments.keeping import Dynamic, who_belongs
from hq.segments.sources import among, between, everybody
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.segments.same import TIERS, core_says, member_of, random_order, random_tree
from tests.hq.station import REF, VOUCHER_RULE, ZONE
from tests.hq.test_feed import REFS
from tests.hq.undoing import undo

WHO = (REF, *REFS[:5])
TREES = 120
DAYS = (date(2017, 11, 6), date(2017, 11, 30), date(2017, 12, 1), date(2018, 2, 28))


def _people(hq, chance):
    """Add members of whom HQ knows this and that; return them as the core sees them."""
    people = []
    for ref in WHO:
        tier, agreed = chance.choice(TIERS), chance.random() < 0.5
        born = chance.choice((None, date(2000, 2, 29), date(2000, 11, 4), date(2000, 7, 1)))
        joined = chance.choice((None, date(2016, 2, 29), date(2015, 11, 6), date(2017, 5, 1)))
        people.append(
            member_of(ref, tier=tier, consents=("news",) if agreed else (), birthday=born, joined_on=joined)
        )
    upsert_members(hq, [MemberFacts(each.ref, tier=each.tier) for each in people])
    with hq.database.atomic() as connection:
        for each in people:
            _tell(connection, each)
    return people


def _tell(connection, each):
    words = [("news", 1), ("post", 1), ("news", int("news" in each.consents))]
    for n, (what, given) in enumerate(words, start=1):
        row = {
            "member": each.ref,
            "n": n,
            "what": what,
            "version": "1",
            "language": "en",
            "is_given": given,
            "at_ms": 1,
        }
        connection.execute(insert(consent), row)
    if each.birthday:
        row = dict.fromkeys(("name", "phone", "email"), "")
        row |= {"member": each.ref, "birthday": each.birthday.isoformat()[5:], "stored_ms": 1}
        connection.execute(insert(personal), row)
    if each.joined_on:
        at_ms = Today(each.joined_on, ZONE).begin_ms(each.joined_on) + 3_600_000
        row = {
            "member": each.ref,
            "device": "d",
            "epoch": 1,
            "seq": 1,
            "box_hash": "",
            "state": "empty",
            "at_ms": at_ms,
        }
        connection.execute(insert(enrolment), row)


def test_the_database_and_the_core_agree_on_every_condition(hq, station) -> None:
    chance = random.Random(20171106)
    people = _people(hq, chance)
    code = hash_number(create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])[0])
    records = [random_order(chance, station, place, chance.choice(WHO), code) for place in range(60)]
    for record in chance.sample(records, 8):
        undo(station, record["order_id"])
        records.remove(record)
    answer = station.push()
    assert {str(each.verdict) for each in answer.results} <= {"posted", "posted_flagged"}
    trees = [random_tree(chance) for _ in range(TREES)]
    with hq.database.atomic() as connection:
        gather_of_members(hq, connection, WHO, {"coffee", "tea"})
    for place, day in enumerate(DAYS * 3):
        segments = [Dynamic(f"t{n}", tree) for n, tree in enumerate(trees[place * 10 : place * 10 + 10])]
        with hq.database.reading() as connection:
            found = who_belongs(connection, segments, everybody, Today(day, ZONE))
            bounds = among(list(WHO[:2])), between(WHO[0], WHO[3])
            parts = [who_belongs(connection, segments, bound, Today(day, ZONE)) for bound in bounds]
        wanted = {
            (each.segment_id, ref) for each in segments for ref in core_says(each.tree, records, people, day)
        }
        trees_of = {each.segment_id: each.tree for each in segments}
        assert [(trees_of[name], ref, day) for name, ref in found ^ wanted] == []
        assert 0.1 < len(found) / (10 * len(WHO)) < 0.9
        assert parts[0] == {pair for pair in wanted if pair[1] in WHO[:2]}
        assert parts[1] == {pair for pair in wanted if WHO[0] < pair[1] <= WHO[3]}
