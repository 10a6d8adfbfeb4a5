"""The receipt printer: whether it can be reached, and what it says of its paper. Nothing is printed."""

from app.doctor.finding import Finding, Level
from app.printing.faults import PrinterFault, PrinterForbidden
from app.printing.place import PlaceUnclear, read_place

TRY_IT = "tillside receipt --test --print"
ALLOW = "On Linux put the user into the group lp, then sign in anew."
LOOK = "TILLSIDE_PRINTER names another address or device. Receipts wait for nobody: orders go on without it."


def check_printer(place: str) -> Finding:
    """Look whether receipts could be printed."""
    if not place:
        return Finding("printer", Level.NOTE, "None is set, so no receipts are printed.")
    try:
        read_place(place).print(b"", is_ending=lambda: False)
    except PlaceUnclear as problem:
        return Finding("printer", Level.WARN, f"{problem}.", LOOK)
    except PrinterForbidden as fault:
        return Finding("printer", Level.WARN, fault.sentence, ALLOW)
    except PrinterFault as fault:
        return Finding("printer", Level.WARN, f"{place}: {fault.sentence}", LOOK)
    return Finding("printer", Level.OK, f"{place} takes receipts. To try it: {TRY_IT}")
