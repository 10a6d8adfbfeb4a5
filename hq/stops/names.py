"""What can be stopped, as people say it, and the word that it gets: names that there are not are refused."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from sqlalchemy import Connection, select

from app.core.codes import hash_number
from app.core.stops import CAMPAIGN, CODE, MEMBER, PROGRAM, REFERRAL, RULE
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_program_versions
from hq.faults import NotHere
from hq.home import Hq
from hq.members.merged import no_member, survivor_of, survivors_of_numbers
from hq.members.store import read_members
from hq.tables import member
from hq.vouchers.store import read_vouchers

PROGRAMS_LOOKED_INTO = (
    16  # a store that is cut off may still give what the newest versions don't hold any more
)
NEAR_MAX = 3
HASH_LENGTH, HASH_DIGITS = 32, set("0123456789abcdef")
FORMS = "`program`, `campaign:ID`, `rule:ID`, `referral:ID`, `member:REFERENCE` or `code:V…`"


def word_of(hq: Hq, connection: Connection, said: str) -> str:
    """Return the word for what somebody means to stop. Raises `NotHere` with names that are near."""
    kind, colon, name = said.strip().partition(":")
    kind, name = kind.strip().lower() + colon, name.strip()
    if kind == PROGRAM:
        return PROGRAM
    if kind == MEMBER:
        return MEMBER + _member(connection, name)
    if kind == CODE:
        return CODE + _code(connection, name)
    if kind not in (CAMPAIGN, RULE, REFERRAL):
        raise NotHere(f"{said!r} can't be stopped. Say {FORMS}.")
    known = _ids(hq, connection)[kind]
    if name not in known:
        raise NotHere(f"No program that stations may hold has a {kind[:-1]} {name!r}.{near(name, known)}")
    return kind + name


def listed_word(said: str) -> str:
    """Return the word for what somebody means to let go, which needn't exist any more."""
    kind, colon, name = said.strip().partition(":")
    kind, name = kind.strip().lower() + colon, name.strip()
    return CODE + _hash(name) if kind == CODE else kind + name


def near(name: str, known: Iterable[str]) -> str:
    """Return a question that names what is meant perhaps; empty when nothing is near."""
    found = get_close_matches(name, sorted(known), n=NEAR_MAX)
    return f" Did you mean {' or '.join(found)}?" if found else ""


def _ids(hq: Hq, connection: Connection) -> Mapping[str, set[str]]:
    """Return the campaigns, rules and referral schemes of the newest programs."""
    found: dict[str, set[str]] = {CAMPAIGN: set(), RULE: set(), REFERRAL: set()}
    for version in newest_program_versions(connection, PROGRAMS_LOOKED_INTO):
        program = program_of(hq, connection, version)
        assert program is not None, "what is published stays"
        found[CAMPAIGN].update(campaign.campaign_id for campaign in program.campaigns)
        found[RULE].update(program.rules_by_id)
        found[REFERRAL].update(program.schemes.referrals)
    return found


def _member(connection: Connection, name: str) -> str:
    """Return the reference of a member, who may be named by the number on the card too."""
    if name in read_members(connection, [name]):
        return name
    hashed = hash_number(name) if name.isascii() else ""
    by_number = select(member.c.ref).where(member.c.number_hash == hashed)
    found = connection.execute(by_number).scalar_one_or_none()
    found = found or survivors_of_numbers(connection, [hashed]).get(hashed)
    if found is None and survivor_of(connection, name) != name:
        raise NotHere(no_member(connection, name))
    if found is None:
        raise NotHere(f"There is no member {name!r}. Say the reference, or the number on the card.")
    return str(found)


def _code(connection: Connection, name: str) -> str:
    code_hash = _hash(name)
    if code_hash not in read_vouchers(connection, [code_hash]):
        raise NotHere("There is no voucher with this number.")
    return code_hash


def _hash(name: str) -> str:
    """Return the hash of a printed number; of a hash itself, as lists show it, that."""
    is_hash = len(name) == HASH_LENGTH and set(name) <= HASH_DIGITS
    return name if is_hash or not name.isascii() else hash_number(name)
