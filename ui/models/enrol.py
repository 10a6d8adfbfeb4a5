"""Somebody becomes a member at the till, with a line or without one.

A phone number, an e-mail address or a card is enough. Consents come from the program, none of them ticked. What is
typed is forgotten when the page is left; of numbers that joined here only keyed hashes are remembered, in memory and
under a key of this run, so that the same one is noticed when it comes again.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QObject

from app.core.codes import MemberNumber, fold, parse
from app.core.consents import ConsentText
from app.core.personal import PersonalInvalid, personal
from app.core.reasons import Refusal
from app.core.voucher import Presentation
from app.ids import new_ref
from app.station.enrol import Consent, Enrolled, Joining, NotEnrolled, as_typed, enrol, holder
from app.station.gift_card import SeenGiftCard
from app.station.identify import Seen, SeenMember, SeenReceipt
from app.store.store import StationStore
from ui import i18n
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.display import ForMember, MemberAnswered, Question
from ui.models.flow import Flow, Means
from ui.models.state import Screen
from ui.texts import because
from ui.texts_goods import card_taken, joined_before

CONTACT, NAME, BIRTHDAY = "contact", "name", "birthday"
REMEMBERED_MAX = 500  # more than a shop enrols in a week
MODULE_PX = 10  # 29 modules with the quiet zone: 290 pixels, more than the 240 that phones like


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A text to agree to as it is shown."""

    what: str
    version: str
    language: str
    text: str
    is_given: bool = False


@dataclass(frozen=True, slots=True)
class Welcome:
    """Who has become a member: their number, and the picture of its code (PNG)."""

    number: str
    picture: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolView:
    """What the page shows. `begun`: how often it has come up. `card`: a card that was scanned for them.

    `problem` says what can't be used as it is, `warning` what should be looked at and may be passed over by Enter.
    """

    begun: int = 0
    contact: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birthday: str = field(default="", repr=False)
    card: str = field(default="", repr=False)
    consents: tuple[ConsentRow, ...] = ()
    problem: str = ""
    warning: str = ""
    welcome: Welcome | None = None

    @property
    def is_typed(self) -> bool:
        """Whether there is anything in it that would be missed."""
        return bool(self.contact or self.name or self.birthday or self.card)

    @property
    def for_member(self) -> ForMember | None:
        """What the customer display shows: what they are asked to agree to, then the code that is theirs."""
        if self.welcome is not None:
            return ForMember(code=self.welcome.number)
        asked = tuple(Question(row.what, row.text, row.is_given or None) for row in self.consents)
        return ForMember(questions=asked) if asked else None


@dataclass(frozen=True, slots=True)
class EnrolTyped:
    """What stands in a field now: `contact`, `name` or `birthday`."""

    part: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolAgreed:
    """A consent was ticked, or is ticked no more."""

    what: str


class Enrol(Flow):
    """Who wants to join, and then their code."""

    screen = Screen.ENROL

    def __init__(self, means: Means, parent: QObject) -> None:
        """Begin with nobody."""
        super().__init__(means, parent)
        self._view = EnrolView()
        self._ref = ""
        self._member: SeenMember | None = None
        self._passed_over = ""  # the warning that was on the screen when Enter was pressed
        self._joined: OrderedDict[bytes, int] = OrderedDict()
        self._key = secrets.token_bytes(32)

    @property
    def view(self) -> object:
        """See `EnrolView`."""
        return self._view

    def begin(self) -> None:
        """Ask anew; the reference is made here, so that the same once more is no second member."""
        self._forget()
        self._ref = new_ref()
        begun = self._view.begun
        self.tasks.on_store(
            _consents, then=lambda asked: self._asked(begun, asked), failed=lambda problem: None
        )

    def end(self) -> None:
        """Forget what was typed."""
        self._forget()

    def _forget(self) -> None:
        self._view = EnrolView(begun=self._view.begun + 1)
        self._member, self._passed_over = None, ""

    def _asked(self, begun: int, asked: tuple[ConsentText, ...]) -> None:
        if self._view.begun == begun:
            self._show(consents=tuple(_row(each, i18n.language()) for each in asked))

    # --- what the page asks -------------------------------------------------------------------------------------------

    def take(self, intent: object) -> None:
        """Take what was typed or ticked."""
        if self._view.welcome is not None or self.desk.state.is_busy:
            return
        if isinstance(intent, EnrolTyped):
            self._show(**{intent.part: intent.text}, problem="")
            self._show(warning=self._warning())
        elif isinstance(intent, MemberAnswered):
            rows = self._view.consents
            said = intent.is_yes
            self._show(
                consents=tuple(replace(row, is_given=said) if row.what == intent.key else row for row in rows)
            )
        elif isinstance(intent, EnrolAgreed):
            rows = self._view.consents
            self._show(consents=tuple(_turned(row) if row.what == intent.what else row for row in rows))

    def scanned(self, text: str, aim: str) -> bool:
        """Take a card that is nobody's yet. Whoever has been welcomed makes way for every scan."""
        if self._view.welcome is not None or not isinstance(
            parse(text, keys={}, now_ms=0, aim=aim), MemberNumber
        ):
            return False
        begun = self._view.begun
        self.tasks.on_store(
            partial(holder, text=text),
            then=lambda found: self._card_seen(begun, fold(text), found),
            failed=lambda problem: self.desk.notice(after_fault(problem).sentence),
        )
        return True

    def seen(self, seen: Seen) -> bool:
        """Let no scan take away what was typed: whatever it is waits until this is finished or left."""
        if not self._view.is_typed:
            return False
        if isinstance(seen, SeenMember):
            self._show(problem=card_taken(seen.name))
        elif isinstance(seen, Refusal):
            self._show(problem=because(seen, self.desk.state.shop.currency))
        elif isinstance(seen, Presentation):
            self._show(problem=_("Finish here or press Esc first, then scan the voucher again."))
        elif isinstance(seen, SeenGiftCard):
            self._show(problem=_("Finish here or press Esc first, then scan the gift card again."))
        elif isinstance(seen, SeenReceipt):
            self._show(problem=_("Finish here or press Esc first, then scan the receipt again."))
        else:
            return False  # a badge, which takes nothing away
        return True

    def _card_seen(self, begun: int, number: str, found: SeenMember | Refusal | None) -> None:
        if self._view.begun != begun or self._view.welcome is not None or self.desk.state.is_busy:
            return
        if found is None:
            self._show(card=number, problem="")
        elif isinstance(found, Refusal):
            self._show(problem=because(found, self.desk.state.shop.currency))
        elif self._view.is_typed:
            self._show(problem=card_taken(found.name))
        else:
            self.desk.serve(found)  # they are a member already

    def enter(self) -> None:
        """Make them a member; once they are, go on with them at the till."""
        if self.desk.state.is_busy or self.desk.state.is_new:
            return
        if self._member is not None:
            self.desk.serve(self._member)
            return
        joining = self._joining()
        if isinstance(joining, NotEnrolled):
            self._show(problem=_(joining.sentence))
        elif self._view.warning and self._view.warning != self._passed_over:
            self._passed_over = self._view.warning
            self.desk.show_first()
        else:
            self._enrol(joining)

    def escape(self) -> None:
        """Leave, unless somebody is being recorded."""
        if not self.desk.state.is_busy:
            super().escape()

    # --- becoming a member --------------------------------------------------------------------------------------------

    def _joining(self) -> Joining | NotEnrolled:
        view = self._view
        contact = view.contact.strip()
        typed_number = contact if isinstance(parse(contact, keys={}, now_ms=0), MemberNumber) else ""
        is_email = "@" in contact
        return as_typed(
            self._ref,
            name=view.name,
            phone="" if is_email or typed_number else contact,
            email=contact if is_email else "",
            birthday=month_and_day(view.birthday),
            number=view.card or typed_number,
            consents=tuple(
                Consent(row.what, row.version, row.language, row.is_given) for row in view.consents
            ),
        )

    def _enrol(self, joining: Joining) -> None:
        self.desk.busy(is_busy=True)
        link, begun, who = self.desk.link, self._view.begun, self.desk.cashier
        cashier = who.staff_id if who else ""
        self.tasks.on_store(
            lambda store: enrol(store, joining, link=link, cashier=cashier),
            then=lambda found: self._enrolled(begun, joining, found),
            failed=self._not_enrolled,
        )

    def _enrolled(self, begun: int, joining: Joining, found: Enrolled | NotEnrolled) -> None:
        if isinstance(found, NotEnrolled):
            self._show(problem=_(found.sentence))
            self.desk.busy(is_busy=False)
            return
        for key in self._keys(joining.said.phone_key, joining.said.email_key):
            self._joined[key] = self.desk.state.now_ms
            if len(self._joined) > REMEMBERED_MAX:
                self._joined.popitem(last=False)
        self._member = found.member
        self.desk.refresh()
        self.desk.sync_now()
        self.tasks.on_net(
            partial(_picture, found.number),
            then=lambda picture: self._welcome(begun, Welcome(found.number, picture)),
            failed=lambda problem: self._welcome(begun, Welcome(found.number, b"")),
        )

    def _welcome(self, begun: int, welcome: Welcome) -> None:
        """Show their code, and nothing any more of what they said."""
        if self._view.begun == begun:
            self._view = EnrolView(begun=begun, welcome=welcome)
            self.desk.show_first()
        self.desk.busy(is_busy=False)

    def _not_enrolled(self, problem: BaseException) -> None:
        self._show(problem=after_fault(problem).sentence)
        self.desk.busy(is_busy=False)

    # --- who has joined here ------------------------------------------------------------------------------------------

    def _warning(self) -> str:
        """Return when somebody joined here with what stands in the contact field now."""
        contact = self._view.contact.strip()
        try:
            said = personal(email=contact) if "@" in contact else personal(phone=contact)
        except PersonalInvalid:
            return ""
        for key in self._keys(said.phone_key, said.email_key):
            if key in self._joined:
                return joined_before(self._joined[key], self.desk.state.time_zone)
        return ""

    def _keys(self, *texts: str) -> list[bytes]:
        return [hmac.digest(self._key, text.encode(), hashlib.sha256) for text in texts if text]

    def _show(self, **changes: object) -> None:
        shown = replace(self._view, **changes)  # type: ignore[arg-type]  # fields of EnrolView
        if shown != self._view:
            self._view = shown
            self.changed.emit()


def month_and_day(text: str) -> str:
    """Return a birthday as it is kept: `05-17`, typed so or as 0517, 05/17 or 05.17."""
    digits = "".join(char for char in text if char.isdigit())
    rest = text.strip().translate(dict.fromkeys(map(ord, "0123456789-/. ")))
    return f"{digits[:2]}-{digits[2:]}" if len(digits) == 4 and not rest else text.strip()


def _consents(store: StationStore) -> tuple[ConsentText, ...]:
    program = store.replica.program()
    return () if program is None else program.consents


def _picture(number: str) -> bytes:
    from scanner.draw import qr_png

    return qr_png(number, module_px=MODULE_PX)


def _row(consent: ConsentText, language: str) -> ConsentRow:
    shown_in, text = consent.shown(language)
    return ConsentRow(consent.what, consent.version, shown_in, text)


def _turned(row: ConsentRow) -> ConsentRow:
    return replace(row, is_given=not row.is_given)
