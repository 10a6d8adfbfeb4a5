"""Members on the wire."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from hq.api.models import PATTERN, Amount, Answer, Body, Day, MemberRef, Moment, Name, Points
from hq.members.attributes import AttributeKind, Side

Word = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
External = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PATTERN)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=PATTERN)]
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
    """A member. `aliases` are references of accounts that were merged into this one."""

    personal: PersonalAnswer
    consents: list[ConsentAnswer]
    aliases: list[str]
    stores: list[str]


class PutAnswer(Answer):
    """What was done: `same` says in words who might be the same person."""

    ref: str
    is_new: bool
    changed: list[str]
    same: list[str]


class NoteAsked(Body):
    """A note about a member."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]


class NoteAnswer(Answer):
    """A note."""

    note_id: str
    at_ms: Moment
    who: str
    text: str


class EventAnswer(Answer):
    """Something in a member's life: `kind` says what, `about` which, `numbers` how much; a refusal has `reasons`."""

    at_ms: int
    kind: str
    key: str
    about: str
    who: str
    said: str
    numbers: dict[str, int]
    reasons: list[dict[str, Any]]


class AdjustAsked(Body):
    """Points to give, or to take where negative."""

    points: Annotated[Points, Field(ge=-1_000_000_000, le=1_000_000_000)]
    reason: Reason


class AdjustAnswer(Answer):
    """What was posted, and the balance behind it."""

    act_id: str
    points: int
    balance: int


class ApologyAsked(Body):
    """A voucher to say sorry with: of which rule of the program, and for how many days."""

    rule: Word
    days: Annotated[int, Field(ge=1, le=1_000)] = 90
    reason: Reason


class ApologyAnswer(Answer):
    """A voucher that is the member's. Its number is in this answer and nowhere else."""

    act_id: str
    number: str
    rule: str
    ends_on: str


class PastAsked(Body):
    """A redemption for an order of the past.

    The order is one that HQ has (`order_entry`, its id), or it is said by its total, moment and store. `rule` is a rule
    that applies by itself, by choice or by a voucher; of a voucher the `code` is needed.
    """

    order_entry: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    total: Amount | None = None
    at_ms: Annotated[int, Field(ge=946_684_800_000, le=4_102_444_800_000)] | None = None
    store: Annotated[str, StringConstraints(max_length=40, pattern=PATTERN)] | None = None
    order_id: Annotated[str, StringConstraints(max_length=80, pattern=PATTERN)] = ""
    rule: Annotated[str, StringConstraints(max_length=80, pattern=PATTERN)] = ""
    code: Annotated[str, StringConstraints(max_length=20, pattern=PATTERN)] = ""
    reason: Reason
    is_trial: bool = Field(default=False, description="Say what would be, and post nothing.")


class ReasonAnswer(Answer):
    """Why something is not possible, as a station says it."""

    code: str
    numbers: dict[str, int | str]
    sentence: str


class PastAnswer(Answer):
    """What became of it: `discount` in minor units is to be given back to the member, `points` are their change."""

    redemption_id: str
    is_approved: bool
    is_posted: bool
    campaign: str
    rule: str
    program_version: int
    discount: int
    points: int
    balance: int
    reasons: list[ReasonAnswer]


class MergeAsked(Body):
    """Into whom a member is merged, and why."""

    into: MemberRef
    reason: Reason


class MergeAnswer(Answer):
    """What went over to the survivor."""

    survivor: str
    is_repeat: bool
    points: int
    vouchers: int


class BecauseAsked(Body):
    """Why."""

    reason: Reason


class EraseAnswer(Answer):
    """What went: a rest of points became breakage."""

    ref: str
    points: int
    vouchers: int


class CardAsked(Body):
    """A new card in the place of a lost one: with this number, or with one that is made now."""

    number: Annotated[str, StringConstraints(max_length=20, pattern=PATTERN)] | None = None
    reason: Reason


class CardAnswer(Answer):
    """A new card: the number to print, and the signed code. Both are in this answer and nowhere else."""

    number: str
    code: str


class CodeAnswer(Answer):
    """A signed code."""

    code: str


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


class ExportAnswer(Answer):
    """Everything that HQ holds about a member, as of one moment."""

    export: dict[str, Any]
