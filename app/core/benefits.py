"""What milestones, challenges and referrals give, as grants whose ids anybody works out alike.

Two stations that are cut off may both see a member reach the same mark. Both make the same id then, so HQ takes the
grant in once. An id is made of what the grant is for and a number that counts how often it was given for that.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.core.canonical import canonical, digest

GRANT_ID_LENGTH = 32  # 128 bits


class BenefitKind(StrEnum):
    """What is given."""

    POINTS = "points"
    CREDIT = "credit"  # money to the wallet
    VOUCHER = "voucher"  # a new voucher of a rule
    BADGE = "badge"


@dataclass(frozen=True, slots=True)
class Benefit:
    """Points or minor units (`amount`), or one voucher or badge; `name`: the point currency, the rule or the badge."""

    kind: BenefitKind
    amount: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """Benefits that `member` gets; the same `grant_id` twice is one grant."""

    grant_id: str
    member: str
    benefits: tuple[Benefit, ...]


def grant(source: str, *about: str, member: str, number: int, benefits: tuple[Benefit, ...]) -> Grant:
    """Return the grant number `number` (from 1) that `member` gets of a source, such as `milestone`, and what of it."""
    return Grant(grant_id(source, *about, member=member, number=number), member, benefits)


def grant_id(source: str, *about: str, member: str, number: int) -> str:
    """Return the id of a grant: the first 128 bits of the SHA-256 of the canonical list of all that makes it up."""
    return digest(canonical([source, *about, member, number]))[:GRANT_ID_LENGTH]
