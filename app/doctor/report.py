"""`tillside doctor`: everything looked at in turn, told to a person or as JSON.

A check that fails by itself is a finding too, and nothing more of it is shown than its kind: what an exception says
could hold a path or a key.
"""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TextIO

from app.clock import Clock
from app.config import Config
from app.doctor import machine
from app.doctor.finding import Check, Finding, Level
from app.doctor.printer import check_printer
from app.doctor.records import Connect, check_library, connect_by_http, record_checks, station_of
from app.doctor.till import check_till

NAME_WIDTH = 13
LEVEL_WIDTH = 6


def run_doctor(
    config: Config, *, clock: Clock, out: TextIO, as_json: bool = False, connect: Connect = connect_by_http
) -> int:
    """Look at everything and tell it. Returns the exit status: 1 when something is bad."""
    found: list[Finding] = []
    for check in _checks(config, clock, connect):
        finding = _checked(check)
        found.append(finding)
        if not as_json:
            out.write(_lines(finding))
            out.flush()  # the next check may take a while
    is_well = all(finding.level is not Level.BAD for finding in found)
    out.write(_as_json(found, is_well=is_well) if as_json else f"\n{_sum(found)}\n")
    return 0 if is_well else 1


def _checks(config: Config, clock: Clock, connect: Connect) -> Iterator[Check]:
    yield check_library
    yield from record_checks(config, clock=clock, connect=connect)
    yield partial(_check_clock, config, clock)
    yield partial(machine.check_disk, config.store_dir)
    yield machine.check_decoders
    yield partial(machine.check_camera, config.camera)
    yield partial(machine.check_scanner, config.scanner_port, config.scanner_baud)
    yield partial(check_printer, config.printer)
    yield partial(check_till, config)
    window = machine.look_for_window()
    yield partial(machine.check_window, window)
    yield partial(machine.check_fonts, window)


def _check_clock(config: Config, clock: Clock) -> Finding:
    station = station_of(config)
    return machine.check_clock(clock, shop_zone=station.time_zone if station else None)


def _checked(check: Check) -> Finding:
    try:
        return check()
    except Exception as problem:  # outermost: of a check, so that the others still have their say
        return Finding(
            "doctor",
            Level.BAD,
            f"Something could not be looked at ({type(problem).__name__}).",
            "Install Tillside anew; if it stays, call support.",
        )


def _lines(finding: Finding) -> str:
    line = f"{finding.level:<{LEVEL_WIDTH}}{finding.name:<{NAME_WIDTH}}{finding.text}\n"
    if finding.remedy:
        line += f"{'':<{LEVEL_WIDTH + NAME_WIDTH}}→ {finding.remedy}\n"
    return line


def _sum(found: Sequence[Finding]) -> str:
    bad = sum(finding.level is Level.BAD for finding in found)
    warned = sum(finding.level is Level.WARN for finding in found)
    if bad:
        return f"To be put right: {bad}. Worth a look: {warned}."
    return f"Nothing stands in the way. Worth a look: {warned}." if warned else "All is well."


def _as_json(found: Sequence[Finding], *, is_well: bool) -> str:
    findings = [
        {"name": finding.name, "level": finding.level, "text": finding.text, "remedy": finding.remedy}
        for finding in found
    ]
    return json.dumps({"ok": is_well, "findings": findings}, ensure_ascii=False) + "\n"
