"""`tillside receipt`: the receipt of a recorded order as a picture, a PDF or on paper; and a test of the printer.

For support, and for whoever sets a printer up without a window. The station must not be running for the receipt of an
order, since its store has one owner; a test of the printer needs no station.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.config import Config, load_config
from app.terminal import fail

if TYPE_CHECKING:
    from app.station.receipt import Receipt
    from ui.receipt.paper import Paper

StoreDir = Annotated[Path | None, typer.Option("--dir", help="Folder of the station's store.")]
StateDir = Annotated[Path | None, typer.Option("--state", help="Folder of the key files.")]
Test = Annotated[
    bool, typer.Option("--test", help="No order, but what shows whether a printer is set up well.")
]


def receipt(
    order: Annotated[
        str | None,
        typer.Argument(help="The till's number of an order, or a redemption's id. Without: the last order."),
    ] = None,
    png: Annotated[Path | None, typer.Option(help="Write it as a picture, dot for dot as printed.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write it as a PDF.")] = None,
    is_printed: Annotated[bool, typer.Option("--print", help="Print it.")] = False,
    is_test: Test = False,
    language: Annotated[str | None, typer.Option(help="en, ko, id, tr or ru.")] = None,
    store_dir: StoreDir = None,
    state_dir: StateDir = None,
) -> None:
    """Draw or print the receipt of a recorded order."""
    if not (png or pdf or is_printed):
        fail("Say what to make: --png FILE, --pdf FILE or --print.")
    if is_test and order:
        fail("A test is of no order: leave one of the two out.")
    config = load_config(store_dir=store_dir, state_dir=state_dir, receipt_language=language)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.receipt.paper import DOTS, Paper, with_fonts, write_pdf
    from ui.receipt.paper import png as as_png

    made = _a_test(config) if is_test else _recorded(config, order)
    on = Paper(DOTS[config.receipt_paper], config.receipt_language or config.language or "en")
    fonts = with_fonts()
    try:
        if png:
            png.write_bytes(as_png(made, on))
        if pdf:
            write_pdf(pdf, made, on)
    except OSError as problem:
        fail(f"{problem.filename or png or pdf} can't be written: {problem.strerror}.")
    if is_printed:
        _print(config, made, on)
    del fonts


def _recorded(config: Config, order: str | None) -> "Receipt":
    from app.clock import SystemClock
    from app.station.opening import open_store
    from app.station.receipt import NoSuchOrder, last_order, receipt_of
    from app.store.faults import StoreFault

    try:
        store = open_store(config, clock=SystemClock())
        try:
            number = order or last_order(store)
            if number is None:
                fail("This station has recorded no order yet.")
            return receipt_of(store, number)
        finally:
            store.close()
    except StoreFault as fault:
        fail(f"{fault.sentence} ({fault.detail})")
    except NoSuchOrder as fault:
        fail(fault.sentence)


def _a_test(config: Config) -> "Receipt":
    from app.clock import SystemClock
    from app.station.receipt import a_test

    now_ms = SystemClock().now_ms()
    return a_test(store="Tillside", register=config.register, at_ms=now_ms, time_zone="UTC", currency="EUR")


def _print(config: Config, made: "Receipt", on: "Paper") -> None:
    from app.printing.escpos import job
    from app.printing.faults import PrinterFault
    from app.printing.place import PlaceUnclear, read_place
    from ui.receipt.paper import raster

    if not config.printer:
        fail("No printer is set: the setting `printer` names it.")
    dots, missing = raster(made, on)
    try:
        read_place(config.printer).print(job(dots), is_ending=lambda: False)
    except PlaceUnclear as problem:
        fail(str(problem))
    except PrinterFault as fault:
        fail(f"{fault.sentence} ({fault})" if str(fault) else fault.sentence)
    print(f"Printed, {dots.height} rows of dots.")
    if missing:
        print(f"No font on this computer has: {' '.join(sorted(set(missing)))}")
