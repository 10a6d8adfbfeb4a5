"""The store's devices: this one as it is, the others as head office knows them; and a code for a new one.

Head office is asked on a line of its own when the page comes up. While it doesn't answer the page shows what it said
last, and how old that is. A code for a new device is a manager's by their PIN, and good for ten minutes.
"""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from app.core.approvals import Approval, Why
from app.station.devices import PAIR, PairingWanted, ThisDevice, this_device, want_pairing
from app.station.staff import Run
from sync.devices_wire import DeviceTold, PairingAnswer, StoreDevices
from sync.faults import HqFault, HqRefused
from ui import texts_devices
from ui.i18n import _
from ui.models.answers import after_fault
from ui.models.flow import Means
from ui.models.manager.devices_view import AskAgain, Choose, DevicesView, Line, Pairing, PairNew
from ui.models.manager.section import Section
from ui.models.outside import DevicesAtHq
from ui.models.to_approve import ToApprove

WHYS = (Why.NEW_DEVICE,)


class Devices(Section):
    """What head office said last is kept as long as the station runs."""

    name = "devices"

    def __init__(self, means: Means, parent: QObject) -> None:
        """Know of none."""
        super().__init__(means, parent)
        self._view = DevicesView()
        self._round = 0  # so that no answer to an earlier question counts

    @property
    def view(self) -> object:
        """See `DevicesView`."""
        return self._view

    def begin(self) -> None:
        """Read how this one is, and ask about the others."""
        self.ask_store(this_device, self._know_this)
        self._ask()

    def end(self) -> None:
        """Show no code any more."""
        super().end()
        self._round += 1
        self._view = replace(self._view, pairing=None, is_busy=False)

    def take(self, intent: object) -> None:
        """Do what the page asks."""
        match intent:
            case Choose(device_id) if device_id != self._view.chosen:
                self._show(chosen=device_id)
            case AskAgain() if self._view.line is not Line.ASKING:
                self._ask()
                self.changed.emit()
            case PairNew() if not self._view.is_busy:
                self._ask_to_pair()

    def enter(self) -> None:
        """Pair a new device."""
        self.take(PairNew())

    def escape(self) -> bool:
        """Take the code away."""
        was_there = self._view.pairing is not None
        if was_there:
            self._show(pairing=None)
        return was_there

    def _show(self, **changes: object) -> None:
        self._view = replace(self._view, **changes)  # type: ignore[arg-type]  # fields of DevicesView
        self.changed.emit()

    # --- how they are ---------------------------------------------------------------------------------------------

    def _know_this(self, this: ThisDevice) -> None:
        own = DeviceTold(
            device_id=this.device_id,
            name=self.desk.state.shop.name,
            state="active",
            software="",
            enrolled_ms=0,
            seen_ms=this.synced_ms,
            behind=this.waiting,
            behind_since_ms=this.waiting_since_ms,
        )
        self._view = replace(
            self._view,
            this=this,
            others=self._view.others or (own,),
            chosen=self._view.chosen or this.device_id,
        )

    def _ask(self) -> None:
        at_hq = self.desk.store_devices
        self._round += 1
        if at_hq is None:
            self._view = replace(self._view, line=Line.NOBODY)
            return
        asked = self._round
        self._view = replace(self._view, line=Line.ASKING)
        self.tasks.on_net(
            at_hq.devices, then=partial(self._heard, asked), failed=partial(self._not_heard, asked)
        )

    def _heard(self, asked: int, told: StoreDevices) -> None:
        if asked == self._round:
            self._show(others=tuple(told.devices), as_of_ms=told.as_of_ms, line=Line.HEARD)

    def _not_heard(self, asked: int, problem: BaseException) -> None:
        if asked != self._round:
            return
        if not isinstance(problem, HqFault):
            self.desk.notice(after_fault(problem).sentence)
        self._show(line=Line.REFUSED if isinstance(problem, HqRefused) else Line.OFFLINE)

    # --- a new one ------------------------------------------------------------------------------------------------

    def _ask_to_pair(self) -> None:
        at_hq = self.desk.store_devices
        if at_hq is None:
            self.desk.notice(texts_devices.line(self._view, self.desk.state.now_ms))
            return
        request = ToApprove(PAIR, _("A code for a new station of this store"), reasons=WHYS)
        self.desk.approve(request, then=partial(self._approved, at_hq))

    def _approved(self, at_hq: DevicesAtHq, approval: Approval) -> None:
        who = self.desk.cashier
        cashier = who.staff_id if who else ""

        def work(run: Run) -> PairingAnswer:
            wanted: PairingWanted = run(partial(want_pairing, approval=approval, cashier=cashier))
            return at_hq.pairing(wanted)

        self._round += 1
        asked = self._round
        self._show(is_busy=True, line=Line.HEARD if self._view.as_of_ms else Line.OFFLINE)
        self.tasks.beside_store(
            work, then=partial(self._paired, asked), failed=partial(self._not_paired, asked)
        )

    def _paired(self, asked: int, answer: PairingAnswer) -> None:
        if asked != self._round:
            return
        if answer.text:
            self._show(is_busy=False, pairing=Pairing(answer.text, answer.expires_ms))
        else:
            self._show(is_busy=False)
            self.desk.notice(texts_devices.no_code(answer.refusal))

    def _not_paired(self, asked: int, problem: BaseException) -> None:
        if asked != self._round:
            return
        self._show(is_busy=False)
        if isinstance(problem, HqFault):
            self.desk.notice(texts_devices.no_code(""))
        else:
            self.desk.notice(after_fault(problem).sentence)
