"""The draft program, taken as if it had been published and live for all of the past orders.

A draft is no less a program for not being published yet. Its stage, its bytes' expiry, and whether head office could be
reached say nothing about its rules; when its campaigns run does, unless nobody wants to know.
"""

from dataclasses import dataclass, replace

from app.core.authority import Offline
from app.core.campaign import Campaign
from app.core.life import Life, Stage
from app.core.program import Pair, Program
from app.core.program_format import read_program

NEVER_MS = 1 << 62  # far beyond any order
FIRST, LAST = "0001-01-01T00:00:00", "9999-12-31T23:59:59"


@dataclass(frozen=True, slots=True)
class Draft:
    """`program` is played; `written` is what the file says."""

    program: Program
    written: Program
    ignores_dates: bool = False


def read_draft(body: bytes, *, ignore_dates: bool = False) -> Draft:
    """Read a draft (docs/program.md). Raises `ProgramInvalid`. With `ignore_dates` its campaigns always run."""
    written = read_program(body)
    campaigns = {each.campaign_id: _as_if_live(each, ignore_dates) for each in written.campaigns}
    program = replace(
        written,
        expires_ms=NEVER_MS,
        life=_life(written.life, ignore_dates),
        campaigns=tuple(campaigns.values()),
        rules=tuple(Pair(campaigns[pair.campaign.campaign_id], pair.rule) for pair in written.rules),
    )
    return Draft(program, written, ignore_dates)


def _life(life: Life, ignore_dates: bool) -> Life:
    stage = Stage.LIVE if life.stage is Stage.DRAFT else life.stage
    if ignore_dates:
        return replace(life, stage=stage, earn_until=None, spend_until=None)
    return replace(life, stage=stage)


def _as_if_live(campaign: Campaign, ignore_dates: bool) -> Campaign:
    if ignore_dates:
        campaign = replace(campaign, starts_at=FIRST, ends_at=LAST)
    return replace(campaign, offline=Offline.ALWAYS)
