"""Making, opening, backing up and restoring an HQ; its documents; enrolment."""

import hashlib
import json
import shutil
from base64 import b64decode

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select, text, update

from app.core.codes import MemberCode, MemberNumber, TokenKey, parse
from app.ids import new_ref, ref_of
from hq import db, faults, schema
from hq.backup import read_backup, restore_keys
from hq.campaigns.service import newest_document, publish_program
from hq.console.sessions import NO_HASH
from hq.home import KEYS_FOLDER, open_hq
from hq.keys import ROOT, SIGN, TOKEN, read_keys, root_fingerprint
from hq.members.service import MemberFacts, issue_code, new_member_number, ref_bytes, upsert_members
from hq.service import EnrolService
from hq.setup import init_hq
from hq.staff.service import is_password
from hq.stores.pairing import TOKEN_LIFE_MS, new_pairing
from hq.stores.service import add_store, stores
from hq.tables import metadata, staff
from sync.protocol import document_message
from tests.databases import on
from tests.hq.station import NOW_MS, URL, ZONE, enrol_request, pairing_token, program_body


def test_init_refuses_a_folder_that_holds_something(folder):
    with pytest.raises(faults.SetUpFault, match="not empty"):
        init_hq(folder)


def test_the_first_admin_signs_in_with_the_password_shown(made):
    folder, shown = made
    hq = open_hq(folder)
    with hq.database.reading() as connection:
        (person,) = connection.execute(select(staff)).all()
    hq.close()
    assert (person.name, person.role) == (shown.admin, "admin")
    assert is_password(person.password_hash, shown.password)
    assert not is_password(person.password_hash, "another")


def test_passwords_take_a_while_to_hash_and_so_does_no_password(quick_hashes):
    """By the second of the settings that RFC 9106 recommends; tests have quicker ones (conftest.py)."""
    settings = "$argon2id$v=19$m=65536,t=3,p=4$"
    assert quick_hashes.hash("a password").startswith(settings) and NO_HASH.startswith(settings)


@on("sqlite")
def test_keys_are_files_that_only_their_owner_reads_and_never_in_the_database(made):
    folder, _ = made
    stored = b"".join(path.read_bytes() for path in folder.glob("hq.db*"))
    files = list((folder / KEYS_FOLDER).iterdir())
    assert len(files) == 4
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
        secret = path.read_text().strip()
        assert secret.encode() not in stored
        assert bytes.fromhex(secret) not in stored


def test_lost_keys_come_back_from_the_backup(made, folder, tmp_path):
    _, shown = made
    before = read_keys(folder / KEYS_FOLDER)
    with pytest.raises(faults.SetUpFault, match="holds keys already"):
        restore_keys(shown.backup, folder / KEYS_FOLDER, passphrase=shown.passphrase)
    shutil.rmtree(folder / KEYS_FOLDER)
    with pytest.raises(faults.SetUpFault, match="Restore them from the backup"):
        open_hq(folder)
    typed = shown.passphrase.lower().replace("-", " ")
    restored = restore_keys(shown.backup, folder / KEYS_FOLDER, passphrase=typed)
    assert all(restored.public(kid) == before.public(kid) for kid in (ROOT, SIGN, TOKEN))
    open_hq(folder).close()


def test_a_backup_opens_with_its_passphrase_only_and_not_when_changed(made, tmp_path):
    _, shown = made
    with pytest.raises(faults.SetUpFault, match="passphrase"):
        read_backup(shown.backup, passphrase="0" * 25)
    document = json.loads(shown.backup.read_text())
    document["box"] = document["box"][:-8] + "AAAAAAA="
    changed = tmp_path / "changed"
    changed.write_text(json.dumps(document))
    for path, content in ((changed, None), (tmp_path / "none", None), (tmp_path / "empty", "{}")):
        if content is not None:
            path.write_text(content)
        with pytest.raises(faults.SetUpFault):
            read_backup(path, passphrase=shown.passphrase)


def test_the_migrations_make_what_the_tables_say(hq):
    with hq.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize(("revision", "words"), [("9999", "newer Tillside"), (None, "no HQ database")])
def test_another_database_is_refused_in_words(hq, folder, revision, words):
    with hq.database.atomic() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    with pytest.raises(faults.SetUpFault, match=words):
        open_hq(folder)


def test_migrating_twice_changes_nothing(hq):
    schema.upgrade(hq.database)
    schema.check(hq.database)


def test_an_empty_folder_is_no_hq(tmp_path):
    with pytest.raises(faults.SetUpFault, match="no HQ"):
        open_hq(tmp_path)


def test_an_sqlite_that_can_lose_commits_is_refused(monkeypatch):
    monkeypatch.setattr(db.sqlite, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(faults.SetUpFault, match=r"3\.51\.3"):
        db.Database("sqlite://")


@on("sqlite")
def test_a_file_is_set_up_for_durable_commits(hq):
    with hq.database.reading() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 2, 1, db.BUSY_TIMEOUT_MS]


def test_a_writer_that_fails_leaves_nothing(hq):
    def fail():
        with hq.database.atomic() as connection:
            connection.execute(update(staff).values(role="nobody"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with hq.database.reading() as connection:
        assert connection.execute(select(staff.c.role)).scalars().all() == ["admin"]


@on("sqlite")
def test_a_file_held_by_another_program_is_busy(hq, folder, monkeypatch):
    monkeypatch.setattr(db, "PRAGMAS", ("busy_timeout=1",))
    other = open_hq(folder)
    with hq.database.atomic(), pytest.raises(faults.Busy), other.database.atomic():
        pass
    other.close()


def test_the_keyset_is_signed_by_the_root_key_that_the_pairing_text_names(hq):
    signed = newest_document(hq, "keyset")
    body = json.loads(signed.body)
    public = {key["use"]: b64decode(key["pub"]) for key in body["keys"]}
    message = document_message(kind="keyset", version=1, body=signed.body)
    Ed25519PublicKey.from_public_bytes(public["root"]).verify(signed.sig, message)
    assert set(public) == {"box", "root", "sign", "token"}
    assert signed.version == body["version"] == 1
    assert root_fingerprint(hq.keys) == hashlib.sha256(public["root"]).hexdigest()


def test_programs_are_signed_and_their_versions_only_rise(hq):
    signed = publish_program(hq, program_body(version=5))
    message = document_message(kind="program", version=5, body=signed.body)
    hq.keys.private[SIGN].public_key().verify(signed.sig, message)
    assert newest_document(hq, "program") == signed
    for version in (5, 4):
        with pytest.raises(faults.NotPossible, match="must be higher"):
            publish_program(hq, program_body(version=version))
    with pytest.raises(faults.NotPossible, match="can't be published"):
        publish_program(hq, b"{}")


def test_without_a_program_there_is_none_to_give(made):
    hq = open_hq(made[0])
    with pytest.raises(faults.NotHere):
        newest_document(hq, "program")
    hq.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"store_id": "*"},
        {"store_id": " "},
        {"store_id": "S1"},
        {"currency": "QQQ"},
        {"time_zone": "Mars/Base"},
    ],
)
def test_a_store_that_cannot_be_is_refused(hq, changes):
    facts = {"store_id": "S9", "name": "Nine", "time_zone": ZONE, "currency": "USD"} | changes
    with pytest.raises(faults.NotPossible):
        add_store(hq, **facts)
    assert [store.store_id for store in stores(hq)] == ["S1", "S2"]


def test_member_codes_are_signed_for_the_member(hq):
    ref = new_ref()
    assert ref_of(ref_bytes(ref)) == ref
    keys = {TOKEN.encode(): TokenKey(hq.keys.private[TOKEN].public_key())}
    code = issue_code(hq, ref)
    found = parse(code, keys=keys, now_ms=NOW_MS)
    assert isinstance(found, MemberCode)
    assert ref_of(found.ref) == ref
    assert len(code) <= 164
    assert isinstance(parse(new_member_number(), keys={}, now_ms=0), MemberNumber)


@pytest.mark.parametrize("ref", ["", "0" * 12, "0" * 14, "I000000000000", "G000000000000", "o000000000000"])
def test_what_is_no_reference_is_refused(hq, ref):
    with pytest.raises(faults.NotPossible):
        upsert_members(hq, [MemberFacts(ref)])


def test_a_token_is_good_once(hq):
    token = pairing_token(new_pairing(hq, store_id="S1", url=URL).text)
    key = Ed25519PrivateKey.generate()
    answer = EnrolService(hq).enrol(enrol_request(token, key))
    assert answer is not None
    assert (answer.store.store_id, answer.epoch, len(answer.nonce)) == ("S1", 1, 32)
    assert answer.device_id.startswith("D")
    assert answer.keyset == newest_document(hq, "keyset")
    assert EnrolService(hq).enrol(enrol_request(token, key)) is None


def test_a_token_is_good_for_ten_minutes(hq, clock):
    texts = [new_pairing(hq, store_id="S1", url=URL) for _ in range(2)]
    tokens = [pairing_token(pairing.text) for pairing in texts]
    assert texts[0].expires_ms == NOW_MS + TOKEN_LIFE_MS
    clock.set_ms(NOW_MS + TOKEN_LIFE_MS - 1)
    assert EnrolService(hq).enrol(enrol_request(tokens[0], Ed25519PrivateKey.generate())) is not None
    clock.set_ms(NOW_MS + TOKEN_LIFE_MS)
    assert EnrolService(hq).enrol(enrol_request(tokens[1], Ed25519PrivateKey.generate())) is None


def test_a_wrong_proof_is_refused_and_leaves_the_token_good(hq):
    token = pairing_token(new_pairing(hq, store_id="S1", url=URL).text)
    key = Ed25519PrivateKey.generate()
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    for changes in (
        {"proof": bytes(64)},
        {"sign_pub": stranger},
        {"box_pub": bytes(32)},
        {"box_pub": b"short"},
    ):
        with pytest.raises(faults.NotSigned):
            EnrolService(hq).enrol(enrol_request(token, key, **changes))
    assert EnrolService(hq).enrol(enrol_request("0" * 32, key)) is None
    assert EnrolService(hq).enrol(enrol_request(token, key)) is not None


def test_no_pairing_for_a_store_that_is_not_there(hq):
    with pytest.raises(faults.NotPossible):
        new_pairing(hq, store_id="S9", url=URL)
