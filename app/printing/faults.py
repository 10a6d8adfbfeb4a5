"""What can be wrong with a printer. Each fault brings the sentence that a cashier reads, and what to do."""


class PrinterFault(Exception):
    """The receipt did not come out, or nobody knows whether it did."""

    sentence = "The receipt was not printed. Look at the printer."


class PrinterAbsent(PrinterFault):
    """Nobody answers at the address, or there is no such device."""

    sentence = "The printer does not answer. Is it switched on and connected?"


class PrinterForbidden(PrinterFault):
    """This computer does not let us write to the device."""

    sentence = "This computer does not let this program use the printer."


class PrinterHung(PrinterFault):
    """It takes no more, or takes it so slowly that nobody waits any longer."""

    sentence = "The printer does not go on. Switch it off and on again."


class PrinterGone(PrinterFault):
    """It ended the connection before all was printed."""

    sentence = "The printer stopped in the middle. Look whether the receipt came out."


class PrinterOutOfPaper(PrinterFault):
    """It said so."""

    sentence = "The printer is out of paper. Put in a new roll."


class PrinterOpen(PrinterFault):
    """It said so."""

    sentence = "The printer's cover is open. Close it."


class PrinterBusy(PrinterFault):
    """Receipts wait already; nothing is put behind them."""

    sentence = "The printer is still busy with earlier receipts."
