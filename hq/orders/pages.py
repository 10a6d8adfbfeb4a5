"""Orders, redemptions, voids and returns in the console, and voiding what head office may void."""

from collections.abc import Callable
from functools import partial

from fastapi import Response

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.console.asked_list import asked_list, at
from hq.console.finding import FOUND_MAX, Found, finder
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.csv_files import Cell, amount_cell, by_pages, csv_answer, moment_cell
from hq.faults import HqFault
from hq.home import Hq
from hq.orders.lists import (
    OrderList,
    OrderRow,
    RedemptionList,
    RedemptionRow,
    ReturnList,
    ReturnRow,
    list_orders,
    list_redemptions,
    list_returns,
)
from hq.orders.one import newest_order, show_order
from hq.redemptions.voiding import Voided, newest_by_hand, newest_left, void_order, void_redemption
from hq.reports.service import campaigns_for, reasons_for, stores_for

IN_FILE = 2_000  # rows that a file reads at once
orders = Pages("orders", N_("Orders"), place="/console/orders", needs=Scope.JOURNAL_READ)
redemptions = Pages("redemptions", N_("Redemptions"), place="/console/redemptions", needs=Scope.JOURNAL_READ)
returns = Pages(
    "returns", N_("Voids and returns"), place="/console/returns", needs=Scope.JOURNAL_READ, is_listed=False
)
orders.example("")
orders.example("/{order}", order=newest_order)
orders.example("/{order}/void", order=newest_left)
redemptions.example("")
redemptions.example("/{redemption}/void", redemption=newest_by_hand)


@orders.get("")
def show_orders(ask: Page) -> Response:
    """Show orders by filters, the newest first."""
    rows, following = list_orders(ask.hq, ask.actor, asked_list(OrderList, ask))
    return ask.page("orders/list.html", rows=rows, following=following, stores=stores_for(ask.hq, ask.actor))


@orders.get("/list.csv")
def get_orders(ask: Page) -> Response:
    """Return the same as a file, to its end."""
    asked = asked_list(OrderList, ask)
    header = ["order", "store", "station time", "received", "member", "line", "lines", "value", "discount", "points",
              "device", "entry"]  # fmt: skip
    found = by_pages(lambda cursor: list_orders(ask.hq, ask.actor, at(asked, cursor, limit=IN_FILE)))
    return csv_answer("orders", header, found, partial(_order_cells, ask))


@orders.get("/{order}")
def show_one(ask: Page, order: str) -> Response:
    """Show an order with all that belongs to it."""
    return ask.page("orders/one.html", order=show_order(ask.hq, ask.actor, order))


@orders.get("/{order}/void", needs=Scope.REDEMPTIONS_WRITE)
def show_void(ask: Page, order: str) -> Response:
    """Show what voiding an order would do, and ask why."""
    return _void_form(ask, void_order(ask.hq, ask.actor, order, is_trial=True))


@orders.post("/{order}/void", needs=Scope.REDEMPTIONS_WRITE)
def post_void(ask: Page, order: str) -> Response:
    """Void an order."""
    return _void(ask, partial(void_order, ask.hq, ask.actor, order), f"/console/orders/{order}")


@redemptions.get("/{redemption}/void", needs=Scope.REDEMPTIONS_WRITE)
def show_void_redemption(ask: Page, redemption: str) -> Response:
    """Show what voiding a redemption of head office would do, and ask why."""
    found = void_redemption(ask.hq, ask.actor, redemption, is_trial=True)
    return _void_form(ask, found, is_redemption=True)


@redemptions.post("/{redemption}/void", needs=Scope.REDEMPTIONS_WRITE)
def post_void_redemption(ask: Page, redemption: str) -> Response:
    """Void a redemption of head office."""
    return _void(ask, partial(void_redemption, ask.hq, ask.actor, redemption), "/console/redemptions")


def _void(ask: Page, void: Callable[..., Voided], to: str) -> Response:
    """Void something: then to the member's page, or where there is none to another one."""
    found = void(is_trial=True)
    try:
        void(reason=ask.text("reason"))
    except HqFault as fault:
        return _void_form(ask, found, fault=fault)
    place = f"/console/members/{found.member}?show=by_hand" if found.member else to
    return ask.go(place, said=ask.said(N_("It is voided.")))


def _void_form(
    ask: Page, found: Voided, *, is_redemption: bool = False, fault: HqFault | None = None
) -> Response:
    typed = ask.text("reason")
    return ask.page("orders/void.html", fault=fault, found=found, is_redemption=is_redemption, typed=typed)


@redemptions.get("")
def show_redemptions(ask: Page) -> Response:
    """Show redemptions by filters, refused ones too, the newest first."""
    rows, following = list_redemptions(ask.hq, ask.actor, asked_list(RedemptionList, ask))
    return ask.page(
        "orders/redemptions.html",
        rows=rows,
        following=following,
        stores=stores_for(ask.hq, ask.actor),
        campaigns=campaigns_for(ask.hq),
        reasons=reasons_for(ask.hq),
    )


@redemptions.get("/list.csv")
def get_redemptions(ask: Page) -> Response:
    """Return the same as a file, to its end."""
    asked = asked_list(RedemptionList, ask)
    header = ["redemption", "order", "store", "station time", "received", "campaign", "rule", "member", "outcome",
              "reason", "discount", "points", "at the till", "device", "entry"]  # fmt: skip
    found = by_pages(lambda cursor: list_redemptions(ask.hq, ask.actor, at(asked, cursor, limit=IN_FILE)))
    return csv_answer("redemptions", header, found, partial(_redemption_cells, ask))


@returns.get("")
def show_returns(ask: Page) -> Response:
    """Show voids and returns by filters, the newest first."""
    rows, following = list_returns(ask.hq, ask.actor, asked_list(ReturnList, ask))
    return ask.page(
        "orders/returns.html", rows=rows, following=following, stores=stores_for(ask.hq, ask.actor)
    )


@returns.get("/list.csv")
def get_returns(ask: Page) -> Response:
    """Return the same as a file, to its end."""
    asked = asked_list(ReturnList, ask)
    header = ["kind", "order", "store", "station time", "received", "member", "goods", "taken back", "points",
              "points back", "reason", "at the till", "approver", "device", "entry"]  # fmt: skip
    found = by_pages(lambda cursor: list_returns(ask.hq, ask.actor, at(asked, cursor, limit=IN_FILE)))
    return csv_answer("returns", header, found, partial(_return_cells, ask))


@finder(N_("Orders"), needs=Scope.JOURNAL_READ)
def _find_orders(hq: Hq, actor: Actor, text: str) -> list[Found]:
    asked = OrderList.model_construct(order_id=text[:80], limit=FOUND_MAX)
    rows, _ = list_orders(hq, actor, asked)
    return [Found(row.order_id, f"/console/orders/{row.entry_id}", row.store) for row in rows]


@finder(N_("Redemptions"), needs=Scope.JOURNAL_READ)
def _find_redemptions(hq: Hq, actor: Actor, text: str) -> list[Found]:
    asked = RedemptionList.model_construct(order_id=text[:80], limit=FOUND_MAX)
    rows, _ = list_redemptions(hq, actor, asked)
    return [
        Found(f"{row.campaign}, {row.outcome}", f"/console/redemptions?order_id={row.order_id}", row.store)
        for row in rows
    ]


def _times(ask: PageAsk, t_eff: int, received_ms: int) -> list[Cell]:
    return [moment_cell(t_eff, ask.look.time_zone), moment_cell(received_ms, ask.look.time_zone)]


def _order_cells(ask: PageAsk, row: OrderRow) -> list[Cell]:
    money = ask.look.currency
    amounts = [amount_cell(row.gross, money), amount_cell(row.discount, money)]
    times = _times(ask, row.t_eff, row.received_ms)
    return [
        row.order_id,
        row.store,
        *times,
        row.member,
        row.link,
        row.lines,
        *amounts,
        row.points,
        row.device,
        row.seq,
    ]


def _redemption_cells(ask: PageAsk, row: RedemptionRow) -> list[Cell]:
    return [
        row.redemption_id,
        row.order_id,
        row.store,
        *_times(ask, row.t_eff, row.received_ms),
        row.campaign,
        row.rule,
        row.member,
        row.outcome,
        row.reason,
        amount_cell(row.discount, ask.look.currency),
        row.points,
        row.at_till,
        row.device,
        row.seq,
    ]


def _return_cells(ask: PageAsk, row: ReturnRow) -> list[Cell]:
    return [
        row.kind,
        row.order_id,
        row.store,
        *_times(ask, row.t_eff, row.received_ms),
        row.member,
        amount_cell(row.goods, ask.look.currency),
        amount_cell(row.value, ask.look.currency),
        row.points,
        row.points_back,
        row.reason,
        row.at_till,
        row.approver,
        row.device,
        row.seq,
    ]
