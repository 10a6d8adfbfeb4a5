"""A receipt printer on the network, as they listen at port 9100: bytes in, and a byte back for a question.

A printer that answers is asked before (paper, cover) and afterwards, until all is printed. One that never answers gets
its bytes, and what it does with them can't be known. Reading goes on while writing, so that neither side blocks.
"""

import os
import socket
import struct
from collections.abc import Callable
from select import select
from time import sleep
from typing import Final

from app.printing import escpos
from app.printing.faults import (
    PrinterAbsent,
    PrinterGone,
    PrinterHung,
    PrinterOpen,
    PrinterOutOfPaper,
)
from app.printing.patience import USUAL, Patience, Until

PIECE: Final = 4096
DROP_THE_REST: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # of SO_LINGER


class TcpPrinter:
    """A printer at an address."""

    def __init__(self, host: str, port: int, *, patience: Patience = USUAL) -> None:
        """Connect for each job anew: printers end idle connections, and serve one at a time."""
        self._address = (host, port)
        self._patience = patience

    def print(self, job: bytes, *, is_ending: Callable[[], bool]) -> None:
        """Print a job. Raises a `PrinterFault`; returns late, but does return."""
        try:
            line = socket.create_connection(self._address, timeout=self._patience.connect_s)
        except (OSError, UnicodeError) as problem:  # the latter of a name that can be none
            raise PrinterAbsent(str(problem)) from problem
        with line:
            line.settimeout(0)
            try:
                _Talk(line, self._patience, is_ending).print(job)
            except PrinterHung:
                # What the system still holds must not come out hours later, in front of another receipt.
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROP_THE_REST)
                raise
            except OSError as problem:
                raise PrinterGone(str(problem)) from problem


class _Talk:
    """One connection."""

    def __init__(self, line: socket.socket, patience: Patience, is_ending: Callable[[], bool]) -> None:
        self._line, self._patience, self._is_ending = line, patience, is_ending
        self._came = bytearray()
        self._is_ended = False  # by the printer: it will say no more
        self._answers = False

    def print(self, job: bytes) -> None:
        self._answers = self._status()
        self._send(job)
        if self._answers:
            self._await_end()
        self._part()

    # --- questions ------------------------------------------------------------------------------------------------

    def _status(self) -> bool:
        """Ask about cover and paper; False when nobody answers. Raises what they say."""
        offline = self._ask(escpos.ASK_OFFLINE)
        if offline is None:
            return False
        if escpos.is_cover_open(offline):
            raise PrinterOpen
        paper = self._ask(escpos.ASK_PAPER)
        if escpos.is_stopped_by_paper(offline) or (paper is not None and escpos.is_paper_out(paper)):
            raise PrinterOutOfPaper
        return True

    def _ask(self, question: bytes) -> int | None:
        self._send(question)
        until = Until(self._patience.answer_s, self._is_ending)
        while until and not self._is_ended:
            answer = self._take(escpos.is_answer)
            if answer is not None:
                return answer
            self._read(until.slice_s)
        return None

    def _take(self, is_meant: Callable[[int], bool]) -> int | None:
        """Take the first byte of a kind out of what came."""
        for place, byte in enumerate(self._came):
            if is_meant(byte):
                del self._came[place]
                return byte
        return None

    def _await_end(self) -> None:
        """Wait until it says that all is printed, and find out meanwhile why it does not.

        One that knows the other questions and not this one is believed after a while.
        """
        self._send(escpos.ASK_DONE)
        until = Until(self._patience.done_s, self._is_ending)
        while until and self._take(escpos.is_done) is None:
            again = Until(self._patience.again_s, self._is_ending)
            while until and again and not any(map(escpos.is_done, self._came)):
                if self._is_ended:
                    raise PrinterGone("ended while it printed")
                self._read(min(again.slice_s, until.slice_s))
            if not any(map(escpos.is_done, self._came)) and not self._status():
                raise PrinterHung("answers no more")

    # --- bytes ----------------------------------------------------------------------------------------------------

    def _send(self, told: bytes) -> None:
        left = memoryview(told)
        whole = Until(self._patience.job_s, self._is_ending)
        stall = Until(self._patience.stall_s, self._is_ending)
        while left:
            if not (whole and stall):
                raise PrinterHung("takes no more")
            taken = self._write(left[:PIECE], stall.slice_s)
            if taken:
                left = left[taken:]
                stall = Until(self._patience.stall_s, self._is_ending)

    def _write(self, piece: memoryview, wait_s: float) -> int:
        if self._is_ended and self._answers:
            raise PrinterGone("ended before all was sent")
        readable, writable, _ = select([] if self._is_ended else [self._line], [self._line], [], wait_s)
        if readable:
            self._read(0)
        return self._line.send(piece) if writable else 0

    def _read(self, wait_s: float) -> None:
        readable, _, _ = select([self._line], [], [], wait_s)
        if readable:
            came = self._line.recv(PIECE)
            self._came += came
            self._is_ended |= not came

    def _part(self) -> None:
        """Say that this was all, and let it say so, too: a connection dropped at once may take the last bytes along."""
        if self._is_ended:
            self._await_leaving()
        self._line.shutdown(socket.SHUT_WR)
        until = Until(self._patience.parting_s, self._is_ending)
        while until and not self._is_ended:
            self._read(until.slice_s)

    def _await_leaving(self) -> None:
        """It had nothing more to say, and may read all the same; has it gone, our bytes are sent back in a moment.

        Before our own end of the connection is closed, since of a closed one nothing is heard.
        """
        until = Until(self._patience.parting_s, self._is_ending)
        while until:
            if fault := self._line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(fault, "sent back")
            sleep(until.slice_s)
