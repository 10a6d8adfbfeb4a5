"""Segments in the console: the list, one of them with its sizes and uses, its condition, and its members."""

from typing import Any
from urllib.parse import quote

import orjson
from fastapi import Response

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.api.paging import Paging
from hq.builder.context import context_of, same_version
from hq.builder.rule_form import sentence_at
from hq.campaigns.sentences import condition_sentence
from hq.console.finding import Found, finder
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.csv_files import by_pages, csv_answer, moment_cell, text_cell
from hq.faults import HqFault, Malformed
from hq.home import Hq
from hq.segments import by_hand, service
from hq.segments.condition_form import ConditionForm, condition_in, form_of, picks_of, read_form
from hq.segments.schemas import SegmentAsked
from hq.segments.store import DYNAMIC, STATIC

PLACE = "/console/segments"
ROWS, ROWS_ON_PAGE = 50, 10
NAME_MAX, JSON_MAX = 80, 20_000
KINDS = {STATIC: N_("List"), DYNAMIC: N_("By condition")}
pages = Pages("segments", N_("Segments"), place=PLACE, needs=Scope.SEGMENTS_READ)


@pages.get("")
def show_segments(ask: Page) -> Response:
    """List the segments."""
    kind = ask.query.get("kind", "")
    rows, following = service.list_segments(ask.hq, _paging(ask), kind=kind if kind in KINDS else None)
    return ask.page("segments/list.html", rows=rows, following=following, kinds=KINDS)


@pages.get(".csv")
def download_segments(ask: Page) -> Response:
    """Download the list."""
    zone = ask.look.time_zone
    rows = by_pages(lambda cursor: service.list_segments(ask.hq, Paging(cursor=cursor, limit=200)))
    header = [ask.said(each) for each in (N_("Id"), N_("Name"), N_("Kind"), N_("Members"), N_("Changed"))]
    return csv_answer(
        "segments",
        header,
        rows,
        lambda row: [row.segment_id, row.name, row.kind, row.members, moment_cell(row.changed_ms, zone)],
    )


@pages.get("/new", needs=Scope.SEGMENTS_WRITE)
def show_new(ask: Page) -> Response:
    """Ask what the new segment is to be."""
    kind = STATIC if ask.query.get("kind") == STATIC else DYNAMIC
    return _edit_page(ask, None, ConditionForm(typed={"kind": kind}))


@pages.post("/new", needs=Scope.SEGMENTS_WRITE)
def create(ask: Page) -> Response:
    """Change the form of a new segment as its button says, or make it."""
    typed = {name: ask.text(name) for name in ("kind", "segment_id", "name")}
    form = _form_sent(ask, typed)
    if ask.text("do") != "save":
        return _edit_page(ask, None, form)
    try:
        made = service.create_segment(
            ask.hq, ask.actor, **_asked(typed), condition=_condition(ask, form, typed["kind"])
        )
    except HqFault as fault:
        return _edit_page(ask, None, form, fault)
    said = N_("The segment is made. Its members are being worked out.")
    return ask.go(place_of(made.segment_id), said=ask.said(said) if made.kind == DYNAMIC else "")


@pages.get("/{segment_id}")
def show_segment(ask: Page, segment_id: str) -> Response:
    """Show one segment."""
    return _one_page(ask, segment_id)


@pages.get("/{segment_id}/edit", needs=Scope.SEGMENTS_WRITE)
def show_edit(ask: Page, segment_id: str) -> Response:
    """Show a segment's name and condition as a form."""
    found = service.find_segment(ask.hq, segment_id)
    form = form_of(found.condition, context_of(ask.hq, ask.look))
    typed = {"name": found.name, "kind": found.kind, "version": str(found.version)}
    if form is None:
        return _edit_page(ask, found, ConditionForm(typed={**typed, "json": _json(found.condition)}))
    form.typed = typed
    return _edit_page(ask, found, form)


@pages.post("/{segment_id}/edit", needs=Scope.SEGMENTS_WRITE)
def change(ask: Page, segment_id: str) -> Response:
    """Change the form of a segment as its button says, or keep what it says."""
    found = service.find_segment(ask.hq, segment_id)
    typed = {"name": ask.text("name"), "kind": found.kind, "version": ask.text("version")}
    form = _form_sent(ask, typed)
    if ask.text("do") != "save":
        return _edit_page(ask, found, form)
    try:
        condition = _condition(ask, form, found.kind)
        service.change_segment(
            ask.hq,
            ask.actor,
            segment_id,
            name=_name(typed["name"]),
            condition=condition,
            check=same_version(typed["version"]),
        )
    except HqFault as fault:
        return _edit_page(ask, found, form, fault)
    return ask.go(place_of(segment_id), said=ask.said(N_("The segment is changed.")))


@pages.post("/{segment_id}/refresh", needs=Scope.SEGMENTS_WRITE)
def refresh(ask: Page, segment_id: str) -> Response:
    """Work a segment out anew."""
    try:
        service.refresh_segment(ask.hq, ask.actor, segment_id)
    except HqFault as fault:
        return _one_page(ask, segment_id, fault)
    return ask.go(place_of(segment_id), said=ask.said(N_("Its members are being worked out.")))


@pages.post("/{segment_id}/delete", needs=Scope.SEGMENTS_WRITE)
def remove(ask: Page, segment_id: str) -> Response:
    """Take a segment away."""
    try:
        service.delete_segment(ask.hq, ask.actor, segment_id)
    except HqFault as fault:
        return _one_page(ask, segment_id, fault)
    return ask.go(PLACE, said=ask.said(N_("The segment is being taken off its members.")))


@pages.post("/{segment_id}/members", needs=Scope.SEGMENTS_WRITE)
def move_members(ask: Page, segment_id: str) -> Response:
    """Put members into a list, or take them out, as typed or from a file."""
    move = by_hand.remove_members if ask.text("do") == "remove" else by_hand.add_members
    try:
        words = by_hand.names_of([*ask.text("members").splitlines(), *_lines_of_file(ask)])
        if not words:
            raise Malformed("Name at least one member, by reference or printed number.")
        moved = move(ask.hq, ask.actor, segment_id, words)
    except HqFault as fault:
        return _one_page(ask, segment_id, fault)
    return _one_page(ask, segment_id, listed=moved)


@pages.get("/{segment_id}/members", needs=Scope.MEMBERS_READ)
def show_members(ask: Page, segment_id: str) -> Response:
    """List who is in a segment."""
    found = service.find_segment(ask.hq, segment_id)
    rows, following = service.list_members(ask.hq, segment_id, _paging(ask))
    return ask.page("segments/members.html", segment=found, rows=rows, following=following)


@pages.get("/{segment_id}/members.csv", needs=Scope.MEMBERS_READ)
def download_members(ask: Page, segment_id: str) -> Response:
    """Download who is in a segment."""
    zone = ask.look.time_zone
    rows = by_pages(lambda cursor: service.list_members(ask.hq, segment_id, Paging(cursor=cursor, limit=200)))
    header = [ask.said(each) for each in (N_("Member"), N_("Name"), N_("Tier"), N_("Since"))]
    return csv_answer(
        "segment-members",
        header,
        rows,
        lambda row: [row.ref, text_cell(row.name), text_cell(row.tier), moment_cell(row.since_ms, zone)],
    )


def place_of(segment_id: str) -> str:
    """Return the place of a segment's page."""
    return f"{PLACE}/{quote(segment_id, safe='')}"


def newest_segment(hq: Hq) -> str | None:
    """Return the id of a segment to look at, None where there is none."""
    rows, _ = service.list_segments(hq, Paging(limit=1))
    return rows[0].segment_id if rows else None


for _path in ("/{segment_id}", "/{segment_id}/edit", "/{segment_id}/members"):
    pages.example(_path, segment_id=newest_segment)


@finder(N_("Segments"), needs=Scope.SEGMENTS_READ)
def _find_segments(hq: Hq, actor: Actor, text: str) -> list[Found]:
    wanted = text.casefold()
    rows, _ = service.list_segments(hq, Paging(limit=200))
    fit = [each for each in rows if wanted in each.name.casefold() or wanted in each.segment_id.casefold()]
    return [Found(each.name, place_of(each.segment_id), each.segment_id) for each in fit]


def _paging(ask: PageAsk) -> Paging:
    return Paging(cursor=ask.query.get("cursor"), limit=ROWS)


def _one_page(
    ask: PageAsk, segment_id: str, fault: HqFault | None = None, listed: by_hand.Listed | None = None
) -> Response:
    found = service.find_segment(ask.hq, segment_id)
    sizes = service.list_sizes(ask.hq, segment_id)
    rows, _ = service.list_members(ask.hq, segment_id, Paging(limit=ROWS_ON_PAGE))
    return ask.page(
        "segments/one.html",
        segment=found,
        sentence=condition_sentence(found.condition, context_of(ask.hq, ask.look).speech),
        sizes=sizes,
        largest=max((each.members for each in sizes), default=0),
        uses=service.used_by(ask.hq, segment_id),
        rows=rows,
        kinds=KINDS,
        fault=fault,
        listed=listed,
        typed_members=ask.text("members") if fault else "",
        json=_json(found.condition),
    )


def _edit_page(
    ask: PageAsk, found: service.Segment | None, form: ConditionForm, fault: HqFault | None = None
) -> Response:
    context = context_of(ask.hq, ask.look)
    tree = None
    if form.typed.get("kind") == DYNAMIC and form.root is not None:
        tree = condition_in(form, context)
    count = None if tree is None else service.count_members(ask.hq, tree)
    return ask.page(
        "segments/edit.html",
        segment=found,
        form=form,
        typed={"segment_id": "", "name": "", "kind": DYNAMIC, "version": "", "json": "", **form.typed},
        picks=picks_of(context),
        told=lambda node: sentence_at(context, node),
        sentence="" if tree is None else condition_sentence(tree, context.speech),
        count=count,
        json=_json(tree),
        fault=fault,
    )


def _form_sent(ask: PageAsk, typed: dict[str, str]) -> ConditionForm:
    """Return the form that was sent; a condition typed as JSON goes into it where a form can show it."""
    button = ask.text("do")
    text = ask.text("json")[:JSON_MAX]
    if button == "json" or (button == "save" and text):
        try:
            form = form_of(orjson.loads(text), context_of(ask.hq, ask.look))
        except orjson.JSONDecodeError:
            return ConditionForm(problem=N_("This is no JSON."), typed={**typed, "json": text})
        return form_with(form or ConditionForm(), typed if form else {**typed, "json": text})
    sent = {
        name: [value.replace("\x00", "") for value in ask.form.getlist(name) if isinstance(value, str)]
        for name in ask.form
    }
    return form_with(read_form(sent, button), typed)


def form_with(form: ConditionForm, typed: dict[str, str]) -> ConditionForm:
    """Return a form with what stands in the page's other fields."""
    form.typed = typed
    return form


def _condition(ask: PageAsk, form: ConditionForm, kind: str) -> Any:
    """Return the condition that a form says; None of a list. Raises `Malformed`."""
    if kind != DYNAMIC:
        return None
    if form.typed.get("json"):
        return orjson.loads(form.typed["json"])
    tree = condition_in(form, context_of(ask.hq, ask.look))
    if tree is None:
        raise Malformed(form.problem)
    return tree


def _asked(typed: dict[str, str]) -> dict[str, str]:
    """Return what a form says of a new segment. Raises `Malformed`."""
    try:
        asked = SegmentAsked.model_validate(typed)
    except ValueError as problem:
        raise Malformed(
            "Give it a name, and an id of letters, digits, dots, hyphens and underscores, 40 at most."
        ) from problem
    return {"segment_id": asked.segment_id, "name": asked.name, "kind": asked.kind}


def _name(text: str) -> str:
    if not text or len(text) > NAME_MAX or not text.isprintable():
        raise Malformed("Give it a name of at most 80 characters.")
    return text


def _lines_of_file(ask: PageAsk) -> list[str]:
    """Return the first column of a file of members; a heading is nobody's name and is told as such."""
    file = ask.file("file")
    if file is None:
        return []
    try:
        with file.file as opened:
            lines = opened.read().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as problem:
        raise Malformed("This file is no text in UTF-8.") from problem
    return [line.replace(";", ",").split(",")[0].strip(' "') for line in lines]


def _json(tree: Any) -> str:
    return "" if tree is None else orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode("utf-8")
