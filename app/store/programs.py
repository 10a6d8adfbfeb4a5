"""Programs compiled once in this process, for all stores that hold them."""

from collections.abc import Callable

from app.core.program import Program
from app.core.program_format import read_program

KEPT_MAX = 2  # the present one, and the one before while stores still hold it

_compiled: dict[tuple[int, bytes], Program] = {}


def compiled(version: int, signature: bytes, body: Callable[[], bytes]) -> Program:
    """Return a program by what HQ signed, which must have been checked against its body. Raises `ProgramInvalid`."""
    identity = (version, signature)
    if identity not in _compiled:
        program = read_program(body())
        while len(_compiled) >= KEPT_MAX:
            del _compiled[next(iter(_compiled))]
        _compiled[identity] = program
    return _compiled[identity]
