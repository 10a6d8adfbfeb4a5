"""An HQ that an older Tillside made is refused, brought up to date with everything in it, and served from then on."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import column, insert, table, text

from app.clock import SetClock
from hq import schema
from hq.campaigns.drafting import find_campaign, list_versions
from hq.campaigns.publishing import is_approved
from hq.campaigns.rows import State, written
from hq.campaigns.running import keep_states
from hq.db import Database, sqlite_url
from hq.faults import SetUpFault
from hq.home import KEYS_FOLDER, database_url, open_hq, write_database_url
from hq.keys import keyset_body, new_keys, public_keys, sign_document, write_keys
from hq.members.erasing import erase_member
from hq.members.service import MemberFacts, upsert_members
from hq.members.store import read_members
from hq.reports import service
from hq.schema import newest_form
from hq.upgrading import upgrade_hq
from tests.databases import Homes
from tests.hq.leasing import publish
from tests.hq.merging import GONE, STAYS, THIRD, merge
from tests.hq.reports.test_reports import ALL
from tests.hq.station import NOW_MS, REF, enrol_station, program_body
from tests.hq.test_erasing import accounts
from tests.hq.test_wallets import BACK, CHOSEN, GIFT, PROGRAM, coupon, held, sells
from tests.hq.undoing import UNIT, undo

DAY_MS = 86_400_000
AS_BEFORE_WALLETS = (
    "DELETE FROM posting WHERE entry_id IN (SELECT entry_id FROM own_entry) AND unit = 'USD'",
    "DELETE FROM posting WHERE account LIKE 'wallet%' OR (account = 'breakage' AND unit = 'USD')",
    "DROP INDEX ix_figure_member_of_all_member_day",
    *(
        f"ALTER TABLE {table} DROP COLUMN {name}"
        for table in ("figure_day", "figure_member")
        for name in ("credited", "wallets")
    ),
    "ALTER TABLE order_fact DROP COLUMN beside",
    "UPDATE alembic_version SET version_num = '0030'",
)
YEAR_MS = 365 * DAY_MS
BRIEFINGS = import_module("hq.migrations.versions.0035_briefings")
OLD_CAMPAIGN = {
    "name": "N", "state": "live", "version": 1, "has_changes": False, "authors": "[]", "approval": "approved",
    "published_n": 1, "starts_at": "", "ends_at": "", "publish_by": "", "said": "", "killed_program": 0,
    "cloned_from": "", "created_by": "", "created_ms": 0, "changed_by": "", "changed_ms": 0,
}  # fmt: skip
OLD_APPROVAL = {
    "approval_id": "1", "asked_by": "", "asked_ms": 0, "note": "", "state": "approved", "decided_by": "",
    "decision": "",
}  # fmt: skip


@pytest.fixture
def older(homes: Homes, tmp_path: Path):
    """An HQ of the first form, with a store, a member, its keys and their published set."""
    folder, keys = tmp_path / "hq", new_keys()
    write_keys(folder / KEYS_FOLDER, keys)
    if (url := homes.new_url()) is not None:
        write_database_url(folder, url)
    database = Database(url or sqlite_url(folder / "hq.db"))
    schema.upgrade(database, to="0001")
    published = public_keys(keys, nbf_ms=NOW_MS)
    keyset = sign_document(keys, kind="keyset", version=1, body=keyset_body(1, published))
    with database.atomic() as connection:

        def insert(table: str, **row: object) -> None:
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({marks})'), row)  # noqa: S608 ours

        for name in ("hq_incarnation", "set_id"):
            insert("meta", k=name, v="00112233")
        for name in ("feed", "case"):
            insert("counter", name=name, n=0)
        for each in published:
            insert("key", kid=each.kid, use=each.use, public=each.public, nbf_ms=each.nbf_ms)
        insert(
            "document", kind="keyset", version=1, kid=keyset.kid, sig=keyset.sig, body=keyset.body,
            published_ms=NOW_MS,
        )  # fmt: skip
        insert("store", store_id="S1", name="Harbour", time_zone="Europe/Berlin", currency="EUR")
        insert(
            "member",
            ref=REF,
            name="Ada L.",
            tier="",
            segments="[]",
            balance=7,
            home_store="S1",
            state="active",
        )
        insert("member_scope", member=REF, store="S1", last_visit_ms=0)
    database.close()
    yield folder
    homes.forget(folder)


def test_an_older_hq_is_refused_until_it_is_upgraded_and_keeps_what_it_has(older: Path, homes: Homes):
    with pytest.raises(SetUpFault, match="tillside hq upgrade"):
        open_hq(older)
    done = upgrade_hq(older)
    assert (done.before, done.after) == ("0001", newest_form())
    assert (done.copy is not None) == (homes.name == "sqlite")
    hq = open_hq(older, clock=SetClock(NOW_MS))
    station = enrol_station(hq, "S1")
    assert station.push().acked_seq == 0
    with hq.database.reading() as connection:
        assert read_members(connection, [REF])[REF]["balance"] == 7
    hq.close()
    assert upgrade_hq(older).copy is None, "a second time there is nothing to do"


def test_the_copy_is_the_database_of_before(older: Path, homes: Homes):
    copy = upgrade_hq(older).copy
    if copy is None:
        assert homes.name == "postgresql"
        return
    before = Database(sqlite_url(copy))
    assert schema.form(before) == "0001"
    with before.reading() as connection:
        assert connection.execute(text("SELECT balance FROM member")).scalar_one() == 7
    before.close()


def test_a_migration_that_fails_changes_nothing(older: Path, monkeypatch: pytest.MonkeyPatch):
    from alembic import command

    real = command.upgrade

    def half_way(config: object, to: str) -> None:
        real(config, to)
        raise OSError("no space left on device")

    monkeypatch.setattr(command, "upgrade", half_way)
    with pytest.raises(SetUpFault, match="Nothing was changed"):
        upgrade_hq(older)
    database = Database(database_url(older))
    assert schema.form(database) == "0001"
    database.close()


def test_the_campaigns_of_a_program_of_before_are_there_to_be_worked_on(older: Path):
    database = Database(database_url(older))
    row = {"body": program_body(), "sig": b"", "at": NOW_MS - DAY_MS}
    statement = (
        "INSERT INTO document (kind, version, kid, sig, body, published_ms)"
        " VALUES ('program', 1, 'h1', :sig, :body, :at)"
    )
    with database.atomic() as connection:
        connection.execute(text(statement), row)
    database.close()
    upgrade_hq(older)
    hq = open_hq(older, clock=SetClock(NOW_MS + YEAR_MS))
    found = find_campaign(hq, "7")
    assert (found.state, found.has_changes, found.starts_at) == (State.LIVE, False, "2017-01-01T00:00:00")
    assert [(each.n, each.program_version) for each in list_versions(hq, "7")] == [(1, 1)]
    assert keep_states(hq) == 2, "both ended meanwhile"
    assert find_campaign(hq, "7").state is State.ENDED
    hq.close()


def test_what_cashiers_are_told_is_a_part_of_the_draft_and_of_what_was_approved(older: Path):
    database = Database(database_url(older))
    schema.upgrade(database, to=BRIEFINGS.down_revision)
    running, draft = (written({"id": name, "name": "N", "rules": []}) for name in ("a", "b"))
    with database.atomic() as connection:
        for name, body, briefing in (
            ("a", running, {"ko": "말\t하세요.\r\n둘", "en": " "}),
            ("b", draft, {"en": "Say it."}),
            ("c", running, {}),
        ):
            row = OLD_CAMPAIGN | {"campaign_id": name, "body": body, "briefing": json.dumps(briefing)}
            connection.execute(insert(table("campaign", *map(column, row))), row)
        looked_at = OLD_APPROVAL | {"campaign_id": "b", "body": draft}
        connection.execute(insert(table("approval", *map(column, looked_at))), looked_at)
    database.close()
    upgrade_hq(older)
    hq = open_hq(older, clock=SetClock(NOW_MS))
    a, b, c = (find_campaign(hq, name) for name in "abc")
    assert (a.body["briefing"], a.has_changes, a.version) == ({"ko": "말 하세요.\n둘"}, True, 2)
    assert (b.briefing, c.briefing, c.has_changes, c.version) == ({"en": "Say it."}, {}, False, 1)
    with hq.database.reading() as connection:
        assert is_approved(connection, b)
    hq.close()


def test_what_orders_had_promised_to_wallets_is_posted(hq, station):
    """Before form 0031 HQ posted nothing to wallets: no order's part, no redemption's, and took none back."""
    publish(hq, program_body(2, campaigns=[BACK, GIFT, CHOSEN]))
    upsert_members(hq, [MemberFacts(GONE), MemberFacts(STAYS), MemberFacts(THIRD)])
    for order_id, ref in (("o1", GONE), ("o2", STAYS), ("o3", THIRD)):
        sells(station, order_id, ref=ref, vouchers=(coupon(hq),))
    undo(station, "o2", (1, UNIT // 2), program=PROGRAM)
    station.push()
    merge(hq)
    erase_member(hq, THIRD)
    before = accounts(hq), service.total(hq, ALL)
    with hq.database.atomic() as connection:
        for statement in AS_BEFORE_WALLETS:
            connection.execute(text(statement))
    assert held(hq, STAYS) == 0
    schema.upgrade(hq.database, to="0031")
    with hq.database.atomic() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :form"), {"form": newest_form()})
    after = {name: amount for name, amount in accounts(hq).items() if amount}
    assert after == {name: amount for name, amount in before[0].items() if amount}
    assert (held(hq, STAYS), service.total(hq, ALL)) == (400 + 200, before[1])
