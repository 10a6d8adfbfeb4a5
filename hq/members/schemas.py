"""Members on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Amount, Answer, Body, Day, Moment, Name
from hq.members.attributes import AttributeKind, Side

Word = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
External = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PATTERN)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=PATTERN)]
NoteText = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
Typed = Annotated[str, StringConstraints(max_length=254, pattern=PATTERN)]
Number = Annotated[int, Field(ge=-(2**53), le=2**53)]
Attributes = Annotated[
    dict[Word, Annotated[str, StringConstraints(max_length=200, pattern=PATTERN)] | Number | None],
    Field(max_length=100),
]


class PersonalPart(Body):
    """What a member says of themselves; an empty text takes it away. `birthday` is month and day, `05-17`."""

    name: Typed | None = None
    phone: Typed | None = None
    email: Typed | None = None
    birthday: Typed | None = None


class ConsentAsked(Body):
    """What a member said when they were asked."""

    what: Word
    version: Word
    language: Word
    is_given: bool


class PurchaseAsked(Body):
    """What somebody bought before they were a member."""

    day: Day
    amount: Amount


class JoiningAsked(Body):
    """What somebody says to join: it is judged by the program's rules, and not kept."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    invitation: Word | None = None
    purchases: Annotated[list[PurchaseAsked], Field(max_length=1_000)] = Field(default_factory=list)


class MemberAsked(Body):
    """What is said of a member. What isn't said stays as it is."""

    personal: PersonalPart = PersonalPart()
    number: Annotated[str, StringConstraints(max_length=20, pattern=PATTERN)] | None = Field(
        default=None, description="Of a printed card."
    )
    home_store: Annotated[str, StringConstraints(max_length=40, pattern=PATTERN)] | None = None
    attributes: Attributes = Field(default_factory=dict)
    consents: Annotated[list[ConsentAsked], Field(max_length=20, default_factory=list)]


class NewMemberAsked(MemberAsked):
    """A member to be added. `joining`: what the rules for joining ask."""

    external_id: External | None = None
    joining: JoiningAsked = JoiningAsked()


class UpsertAsked(MemberAsked):
    """A member by their external id. Without `joining` the rules for joining aren't asked of a new one."""

    joining: JoiningAsked | None = None


class BulkItem(MemberAsked):
    """One of many, by their external id."""

    external_id: External


class BulkAsked(Body):
    """Members to be added or changed, each by itself: what is wrong with one stops no other."""

    members: Annotated[list[BulkItem], Field(min_length=1, max_length=500)]


class BulkResult(Answer):
    """What came of one of many: the member's reference, or why not."""

    external_id: str
    ref: str | None
    is_new: bool
    problem: str | None


class BulkAnswer(Answer):
    """What came of each, in the order in which they were asked for."""

    results: list[BulkResult]


class ConsentAnswer(Answer):
    """What a member said last about one thing."""

    what: str
    version: str
    language: str
    is_given: bool
    at_ms: Moment


class PersonalAnswer(Answer):
    """What a member said of themselves; empty texts for nothing."""

    name: str
    phone: str
    email: str
    birthday: str


class MemberRowAnswer(Answer):
    """A member in a list. `joined_ms` 0: nobody knows any more."""

    ref: str
    name: str
    tier: str
    segments: list[str]
    balance: int
    home_store: str | None
    state: str
    joined_ms: Moment
    version: int
    external_ids: list[str]
    attributes: dict[str, str | int]


class MemberAnswer(MemberRowAnswer):
    """A member. `aliases` are references of accounts that were merged into this one.

    `wallet` is money in minor units by currency, below zero where it is owed; what holds nothing is left out.
    """

    personal: PersonalAnswer
    consents: list[ConsentAnswer]
    aliases: list[str]
    stores: list[str]
    wallet: dict[str, int]


class PutAnswer(Answer):
    """What was done: `same` says in words who might be the same person."""

    ref: str
    is_new: bool
    changed: list[str]
    same: list[str]


class NoteAsked(Body):
    """A note about a member."""

    text: NoteText


class NoteAnswer(Answer):
    """A note."""

    note_id: str
    at_ms: Moment
    who: str
    text: str


class AttributeAsked(Body):
    """An attribute of the schema."""

    title: Name
    kind: Annotated[AttributeKind, Field(strict=False)] = AttributeKind.TEXT
    choices: Annotated[list[Annotated[Name, Field()]], Field(max_length=100, default_factory=list)]
    owner: Annotated[Side, Field(strict=False)] = Side.CRM
    at_stations: bool = True


class AttributeAnswer(Answer):
    """An attribute of the schema."""

    name: str
    title: str
    kind: AttributeKind
    choices: list[str]
    owner: Side
    at_stations: bool


class ImportAsked(Body):
    """A file of members: its text with a heading, and which column is what."""

    name: Name
    # As long as a request may be.
    text: Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00]*$")]
    mapping: Annotated[dict[str, str], Field(max_length=200)]
    is_trial: bool = True


class RunAsked(Body):
    """Whether an import is only tried."""

    is_trial: bool = True


class ImportAnswer(Answer):
    """An import: `job` is the newest that worked on it."""

    import_id: str
    name: str
    mapping: dict[str, str]
    job: str
    is_trial: bool
    rows_good: int
    rows_bad: int
    who: str
    at_ms: Moment


class ProblemRow(Answer):
    """What is wrong with a row of a file; the heading is row 1."""

    row: int
    problem: str
