"""The database says of every condition what the core says: random trees about members with random pasts."""

import random
from datetime import date, timedelta

from sqlalchemy import insert, update

from app.core.codes import hash_number
from app.core.history import PastEvent
from hq.benefits.tables import member_event
from hq.members.service import MemberFacts, upsert_members
from hq.members.tables import consent, member_attribute, personal
from hq.segments.buying import gather_of_members
from hq.segments.calendar import Today
from hq.segments.keeping import Dynamic, who_belongs
from hq.segments.sources import among, between, everybody
from hq.tables import member
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.hq.segments.same import TIERS, core_says, member_of, random_order, random_tree
from tests.hq.station import REF, VOUCHER_RULE, ZONE
from tests.hq.test_feed import REFS
from tests.hq.undoing import undo

WHO = (REF, *sorted(REFS[:5]))
DAYS = (date(2017, 11, 6), date(2017, 11, 30), date(2017, 12, 1), date(2018, 2, 28)) * 3
TREES_A_DAY = 12


def _people(hq, chance):
    """Add members of whom HQ knows this and that; return them as the core sees them."""
    people = []
    for ref in WHO:
        said = {
            "consents": ("news",) if chance.random() < 0.5 else (),
            "birthday": chance.choice((None, date(2000, 2, 29), date(2000, 11, 4), date(2000, 7, 1))),
            "joined_on": chance.choice((None, date(2016, 2, 29), date(2015, 11, 6), date(2017, 5, 1))),
            "attributes": chance.choice(
                ({}, {"city": "Lima"}, {"city": "Oslo", "pets": 2}, {"pets": 0, "city": 3})
            ),
        }
        people.append(member_of(ref, tier=chance.choice(TIERS), **said))
    upsert_members(hq, [MemberFacts(each.ref, tier=each.tier) for each in people])
    with hq.database.atomic() as connection:
        for each in people:
            _tell(connection, each)
    return people


def _tell(connection, each):
    words = [("news", 1), ("post", 1), ("news", int("news" in each.consents))]
    for n, (what, given) in enumerate(words, start=1):
        row = {"member": each.ref, "n": n, "what": what, "is_given": given, "at_ms": 1}
        connection.execute(insert(consent), {**row, "version": "1", "language": "en"})
    if each.birthday:
        row = dict.fromkeys(("name", "phone", "email"), "")
        row |= {"member": each.ref, "birthday": each.birthday.isoformat()[5:], "stored_ms": 1}
        connection.execute(insert(personal), row)
    if each.joined_on:
        at_ms = Today(each.joined_on, ZONE).begin_ms(each.joined_on) + 3_600_000
        connection.execute(update(member).where(member.c.ref == each.ref).values(joined_ms=at_ms))
    for name, value in each.attributes.items():
        row = {"member": each.ref, "name": name, "set_ms": 1, "who": "ann", "text": None, "number": None}
        row["text" if isinstance(value, str) else "number"] = value
        connection.execute(insert(member_attribute), row)


def _event(hq, chance, place):
    """Let HQ hear of an event of a member; return it as the core knows it."""
    ref, name, back = (
        chance.choice(WHO),
        chance.choice(("review", "visit")),
        chance.choice((0, 1, 7, 30, 31, 366)),
    )
    day = date(2017, 11, 6) - timedelta(days=back)
    row = {
        "event_id": f"e{place}",
        "member": ref,
        "name": name,
        "day": day.isoformat(),
        "points": 0,
        "said": "{}",
        "earned": "[]",
    }
    with hq.database.atomic() as connection:
        connection.execute(insert(member_event), {**row, "at_ms": Today(day, ZONE).begin_ms(day)})
    return PastEvent(name, ref, day)


def test_the_database_and_the_core_agree_on_every_condition(hq, station) -> None:
    chance = random.Random(20171106)
    people = _people(hq, chance)
    code = hash_number(create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])[0])
    records = [random_order(chance, station, place, chance.choice(WHO), code) for place in range(60)]
    for record in chance.sample(records, 8):
        undo(station, record["order_id"])
        records.remove(record)
    events = [_event(hq, chance, place) for place in range(20)]
    answer = station.push()
    assert {str(each.verdict) for each in answer.results} <= {"posted", "posted_flagged"}
    with hq.database.atomic() as connection:
        gather_of_members(hq, connection, WHO, {"coffee", "tea"})
    for day in DAYS:
        trees = {f"t{place}": random_tree(chance) for place in range(TREES_A_DAY)}
        segments = [Dynamic(name, tree) for name, tree in trees.items()]
        with hq.database.reading() as connection:
            found = who_belongs(connection, segments, everybody, Today(day, ZONE))
            bounds = among(list(WHO[:2])), between(WHO[0], WHO[3])
            parts = [who_belongs(connection, segments, bound, Today(day, ZONE)) for bound in bounds]
            alone = [who_belongs(connection, [each], everybody, Today(day, ZONE)) for each in segments]
        wanted = {
            (name, ref)
            for name, tree in trees.items()
            for ref in core_says(tree, records, events, people, day)
        }
        assert [(trees[name], ref, day) for name, ref in found ^ wanted] == []
        assert 0.1 < len(found) / (TREES_A_DAY * len(WHO)) < 0.9
        assert set().union(*alone) == wanted
        assert parts[0] == {pair for pair in wanted if pair[1] in WHO[:2]}
        assert parts[1] == {pair for pair in wanted if WHO[0] < pair[1] <= WHO[3]}
