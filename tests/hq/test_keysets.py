"""Changing HQ's keys: whoever dies in between has lost nothing, and nobody is left without a key that signs."""

import hashlib
import json
import shutil
from base64 import b64decode

import pytest
from sqlalchemy import delete

from app.core.codes import MemberCode, TokenKey, parse
from app.core.keyset import KeySetInvalid, KeyState, KeyUse, read_keyset
from app.core.reasons import Refusal
from app.ids import new_ref
from hq import backup, faults
from hq.backup import read_backup, restore_keys
from hq.campaigns.service import keyset_at, newest_document, publish_program
from hq.home import BACKUP_FILE, KEYS_FOLDER, needed_keys, open_hq
from hq.keys import key_path, root_fingerprint
from hq.keysets import service
from hq.keysets.service import (
    listed_keys,
    make_key,
    members_to_reissue,
    publish_key,
    retire,
    revoke,
)
from hq.members.service import issue_code, issue_codes, reissue_code
from hq.signed_time import sign_time
from hq.stores.pairing import new_pairing
from hq.tables import key
from sync.trust import check_keyset, is_signed_by
from tests.databases import on
from tests.hq.station import NOW_MS, URL, program_body

DAY_MS = 86_400_000


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Backups under a passphrase of ours need no slow hash to be tested."""
    monkeypatch.setattr(backup, "MEMORY_KIB", 8)
    monkeypatch.setattr(backup, "PASSES", 1)


def rotate(hq, use):
    new = make_key(hq, use)
    publish_key(hq, new)
    return new


def newest(hq):
    return read_keyset(newest_document(hq, "keyset").body)


def states(hq):
    return {each.key.kid: each.key.state for each in listed_keys(hq)}


def signs_now(hq):
    return {each.key.kid for each in listed_keys(hq) if each.signs_now}


def believed_by(hq, code, now_ms=NOW_MS):
    keys = {
        kid.encode(): TokenKey(hq.keys.key(kid).public_key(), key.retired_ms, key.state == KeyState.REVOKED)
        for kid, key in newest(hq).of(KeyUse.TOKEN, *KeyState).items()
    }
    found = parse(code, keys=keys, now_ms=now_ms)
    return found.reason.code if isinstance(found, Refusal) else "good"


@on("sqlite")
def test_a_new_token_key_issues_what_comes_next_and_old_cards_stay_good(hq):
    old = issue_code(hq, new_ref())
    rotate(hq, KeyUse.TOKEN)
    new = issue_code(hq, new_ref())
    assert len(new) == len(old) == 164  # as short as the first key's
    assert isinstance(
        parse(new, keys={b"t2": TokenKey(hq.keys.key("t2").public_key())}, now_ms=NOW_MS), MemberCode
    )
    assert [believed_by(hq, code) for code in (old, new)] == ["good", "good"]
    assert (newest(hq).version, states(hq)["t1"]) == (2, "good")


@on("sqlite")
def test_a_retired_key_speaks_for_what_it_signed_before(hq, clock):
    old = issue_code(hq, new_ref())
    rotate(hq, KeyUse.TOKEN)
    clock.set_ms(NOW_MS + DAY_MS)
    retire(hq, "t1")
    later = issue_code(hq, new_ref(), issued_ms=NOW_MS + 2 * DAY_MS)
    assert signs_now(hq) == {"b1", "r1", "s1", "t2"}
    assert [believed_by(hq, code, NOW_MS + 3 * DAY_MS) for code in (old, later)] == ["good", "good"]
    assert newest(hq).of(KeyUse.TOKEN, KeyState.RETIRED)["t1"].retired_ms == NOW_MS + DAY_MS


def test_a_stolen_token_key_takes_its_cards_with_it_and_says_whose(hq):
    """Who has a card by another key needs none, and a card that ended by itself isn't missed."""
    refs = [new_ref() for _ in range(5)]
    codes = issue_codes(hq, refs[:4])
    issue_code(hq, refs[4], days=1, issued_ms=NOW_MS - 3 * DAY_MS)
    rotate(hq, KeyUse.TOKEN)
    reissued = issue_code(hq, refs[0])
    assert members_to_reissue(hq, "t1") == sorted(refs[1:4])
    assert revoke(hq, "t1") == sorted(refs[1:4])
    assert believed_by(hq, codes[refs[0]]) == "code_withdrawn"
    assert believed_by(hq, reissued) == "good"
    assert [each.cards for each in listed_keys(hq) if each.key.use == KeyUse.TOKEN] == [5, 1]
    issue_code(hq, refs[1])
    assert members_to_reissue(hq, "t1") == sorted(refs[2:4])


@on("sqlite")
def test_a_card_is_made_anew_for_members_there_are(hq):
    with pytest.raises(faults.NotHere, match="no member"):
        reissue_code(hq, new_ref())
    with pytest.raises(faults.NotPossible):
        reissue_code(hq, "nobody")


@on("sqlite")
def test_the_last_good_key_of_a_use_stays(hq):
    for change in (retire, revoke):
        for kid in ("t1", "s1", "r1"):
            with pytest.raises(faults.NotPossible, match=r"signs now.*rotate"):
                change(hq, kid)
        with pytest.raises(faults.NotHere, match="no key t9"):
            change(hq, "t9")
    rotate(hq, KeyUse.TOKEN)
    retire(hq, "t1")
    with pytest.raises(faults.NotPossible, match="retired already"):
        retire(hq, "t1")
    revoke(hq, "t1")
    with pytest.raises(faults.NotPossible, match="revoked already"):
        revoke(hq, "t1")
    assert newest(hq).version == 4  # one for each change that was made


@on("sqlite")
def test_programs_manifests_and_times_are_signed_by_the_newest_sign_key(hq, station):
    rotate(hq, KeyUse.SIGN)
    assert publish_program(hq, program_body(version=2)).kid == "s2"
    assert station.session.manifest().kid == sign_time(hq, "n").kid == "s2"


@on("sqlite")
def test_the_newest_program_outlives_the_key_that_signed_it(hq):
    """A station that has not seen it yet would believe no key that is retired or revoked."""
    before = newest_document(hq, "program")
    rotate(hq, KeyUse.SIGN)
    retire(hq, "s1")
    program = newest_document(hq, "program")
    assert (program.kid, program.sig, program.body) == (before.kid, before.sig, before.body)
    assert is_signed_by(program, hq.keys.public("s2"))
    (vouched,) = newest(hq).programs
    assert (vouched.version, vouched.sha256) == (1, hashlib.sha256(before.body).hexdigest())


def test_the_old_root_key_vouches_for_the_new_one_once(hq):
    old, new = hq.keys.public("r1"), rotate(hq, KeyUse.ROOT)
    step = keyset_at(hq, 2)
    keyset, root = check_keyset(step, root=old)
    assert root == hq.keys.public(new.kid)
    assert is_signed_by(step, root)
    rotate(hq, KeyUse.TOKEN)
    assert not is_signed_by(newest_document(hq, "keyset"), old)
    assert check_keyset(newest_document(hq, "keyset"), root=root)[1] == root
    assert keyset.of(KeyUse.ROOT, KeyState.RETIRED).keys() == {"r1"}
    text = new_pairing(hq, store_id="S1", url=URL).text.removeprefix("TS:P:")
    assert json.loads(b64decode(text + "==", altchars=b"-_"))["fp"] == root_fingerprint(hq.keys, "r2")


@on("sqlite")
def test_who_dies_after_the_key_was_written_goes_on_with_the_same_key(hq, folder, monkeypatch):
    def die(*_args, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service, "write_backup", die)
        with pytest.raises(KeyboardInterrupt):
            make_key(hq, KeyUse.TOKEN)
    written = key_path(folder / KEYS_FOLDER, "t2").read_bytes()
    assert (states(hq).keys(), newest(hq).version) == ({"b1", "r1", "s1", "t1"}, 1)
    restarted = open_hq(folder, clock=hq.clock)
    assert believed_by(hq, issue_code(restarted, new_ref())) == "good"  # by t1: nobody knows t2
    rotate(restarted, KeyUse.TOKEN)
    restarted.close()
    assert key_path(folder / KEYS_FOLDER, "t2").read_bytes() == written
    assert not list((folder / KEYS_FOLDER).glob("*.draft"))


@on("sqlite")
def test_who_dies_before_publishing_leaves_a_backup_too_many_and_nothing_else(hq, folder):
    first = make_key(hq, KeyUse.TOKEN)
    assert (signs_now(hq), newest(hq).version) == ({"b1", "r1", "s1", "t1"}, 1)
    second = make_key(hq, KeyUse.TOKEN)
    assert (first.kid, first.backup != second.backup) == (second.kid, True)
    publish_key(hq, second)
    with pytest.raises(faults.NotPossible, match="somebody else"):
        publish_key(hq, first)
    for new in (first, second):  # neither was written over: somebody holds its passphrase
        assert read_backup(new.backup, passphrase=new.passphrase).public("t2") == hq.keys.public("t2")


@on("sqlite")
def test_a_key_counts_only_when_its_backup_is_there(hq, folder, made, monkeypatch):
    """The order of writes: had the set of keys come first, a lost disk would leave cards that nobody can vouch for."""
    new = rotate(hq, KeyUse.TOKEN)
    hq.close()
    shutil.rmtree(folder / KEYS_FOLDER)
    with monkeypatch.context() as patch:  # as `hq init` made it
        patch.setattr(backup, "MEMORY_KIB", 64 * 1024)
        patch.setattr(backup, "PASSES", 3)
        first = {"passphrase": made[1].passphrase}
        with pytest.raises(faults.SetUpFault, match=r"lacks t2.*Nothing was changed"):
            restore_keys(folder / BACKUP_FILE, folder / KEYS_FOLDER, **first, needed=needed_keys(folder))
        restore_keys(folder / BACKUP_FILE, folder / KEYS_FOLDER, **first)  # where the database is lost too
    with pytest.raises(faults.SetUpFault, match=r"no t2.*the last `tillside hq keys rotate`"):
        open_hq(folder)
    shutil.rmtree(folder / KEYS_FOLDER)
    restore_keys(new.backup, folder / KEYS_FOLDER, passphrase=new.passphrase)
    open_hq(folder).close()
    for path in (*(folder / KEYS_FOLDER).iterdir(), new.backup):
        assert path.stat().st_mode & 0o777 == 0o600


@on("sqlite")
def test_an_hq_that_serves_goes_by_keys_that_another_process_made(hq, folder):
    other = open_hq(folder, clock=hq.clock)
    rotate(other, KeyUse.TOKEN)
    rotate(other, KeyUse.SIGN)
    other.close()
    assert hq.keys.private.keys() == {"b1", "r1", "s1", "t1"}
    assert believed_by(hq, issue_code(hq, new_ref())) == "good"
    assert publish_program(hq, program_body(version=2)).kid == "s2"
    revoke(hq, "t1")


@pytest.mark.parametrize("dies_after_commit", [False, True])
@on("sqlite")
def test_a_database_that_is_put_back_brings_no_stolen_key_back(hq, folder, monkeypatch, dies_after_commit):
    """The sets of keys lie beside it: what was revoked since the backup stays revoked, and numbers go on."""
    shutil.copy(folder / "hq.db", folder / "hq.backup")
    rotate(hq, KeyUse.TOKEN)
    rotate(hq, KeyUse.ROOT)
    if dies_after_commit:  # the next start writes what is missing
        monkeypatch.setattr(service.kept, "keep", lambda *_: None)
    revoke(hq, "t1")
    monkeypatch.undo()
    hq.close()
    open_hq(folder).close()
    before = [path.read_bytes() for path in sorted((folder / "keysets").iterdir())]
    for part in folder.glob("hq.db*"):
        part.unlink()
    shutil.move(folder / "hq.backup", folder / "hq.db")
    again = open_hq(folder, clock=hq.clock)
    assert newest(again).version == 4
    states_now = {"b1": "good", "r1": "retired", "r2": "good", "s1": "good", "t1": "revoked", "t2": "good"}
    assert states(again) == states_now
    assert signs_now(again) == {"b1", "r2", "s1", "t2"}
    assert check_keyset(keyset_at(again, 3), root=again.keys.public("r1"))[1] == again.keys.public("r2")
    assert [path.read_bytes() for path in sorted((folder / "keysets").iterdir())] == before
    again.close()


@on("sqlite")
def test_no_key_without_a_folder(hq):
    hq.keys.__dict__["folder"] = None
    with pytest.raises(faults.SetUpFault):
        make_key(hq, KeyUse.TOKEN)
    with pytest.raises(faults.SetUpFault):
        hq.keys.key("t9")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys":1}',
        b'{"keys":[{"kid":"t1"}]}',
        b'{"keys":[],"version":-1}',
        b'{"keys":[],"version":"2"}',
        b'{"keys":[],"programs":[{"version":1,"sha256":"x"}]}',
        b'{"keys":[{"kid":"t\\u00e9","use":"token","pub":"%s"}]}' % (b"A" * 43 + b"="),
        b'{"keys":[{"kid":"t1","use":"token","pub":"AAAA"}]}',
        b'{"keys":[{"kid":"t1","use":"token","pub":"%s","retired_ms":1.5}]}' % (b"A" * 43 + b"="),
        b'{"keys":[%s]}' % b",".join([b'{"kid":"t1","use":"token","pub":"%s"}' % (b"A" * 43 + b"=")] * 2),
    ],
)
def test_what_is_no_set_of_keys(body):
    """One that can't be read must never be kept: each scan reads it."""
    with pytest.raises(KeySetInvalid):
        read_keyset(body)


def test_words_of_a_newer_hq():
    """A state that we don't know is not believed, a use that we don't know does no harm."""
    pub = "A" * 43 + "="
    keys = [
        {"kid": "t1", "use": "token", "pub": pub},
        {"kid": "t2", "use": "token", "pub": pub, "retired_ms": 5},
        {"kid": "t3", "use": "token", "pub": pub, "state": "on loan"},
        {"kid": "x1", "use": "of tomorrow", "pub": pub},
    ]
    found = read_keyset(json.dumps({"version": 3, "keys": keys, "more": 1}).encode())
    assert [key.state for key in found.keys] == ["good", "retired", "revoked", "good"]
    assert (found.is_revoked("t3"), found.is_revoked("t9")) == (True, False)


@on("sqlite")
def test_an_hq_from_before_boxes_gets_its_first_key_for_them_by_rotating(hq, folder):
    """Its set of keys has none, and nothing that lists or changes keys minds."""
    with hq.database.atomic() as connection:
        connection.execute(delete(key).where(key.c.use == KeyUse.BOX))
    (folder / "keys" / "box-b1.key").unlink()
    hq.keys.private.pop("b1")
    assert signs_now(hq) == {"r1", "s1", "t1"}
    assert rotate(hq, KeyUse.BOX).kid == "b1"
    (published,) = newest(hq).of(KeyUse.BOX, KeyState.GOOD).values()
    assert published.public == hq.keys.box_key("b1").public_key().public_bytes_raw()
