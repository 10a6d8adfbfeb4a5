"""What head office stops in a world, and lets go again some days later, perhaps after a change of rules."""

from typing import TYPE_CHECKING

from hq.campaigns.service import publish_program
from hq.faults import HqFault
from hq.stops.service import lift, stop_it
from tests.sim.program import COFFEE, REWARD, SHORT_LIVED, TOY, program_body

if TYPE_CHECKING:
    from tests.sim.life import Life

NAMED = (
    "campaign:coffee",
    "campaign:tea",
    "campaign:rewards",
    "campaign:gifts",
    "campaign:sale",
    f"campaign:{SHORT_LIVED}",
    f"rule:{COFFEE}",
    f"rule:{REWARD}",
    f"rule:{TOY}",
)


def stop_something(life: "Life") -> None:
    """HQ stops a campaign, a rule, a member's card, a code, or once in a while everything."""
    world, rng = life.world, life.world.rng
    what = rng.choice((*NAMED, "member", "member", "code", "code", "program"))
    if what == "member":
        what = f"member:{rng.choice(world.shoppers).ref}"
    if what == "code":
        what = f"code:{rng.choice(world.vouchers)}"
    is_changed = rng.random() < 0.5
    try:
        stop_it(world.hq, what)
    except HqFault:
        return  # a restored HQ has forgotten the voucher
    world.witness.hq()  # a station that hears of it may be killed before anybody looks
    world.say(f"HQ stops {what}")

    def let_go(_: "Life") -> None:
        if is_changed:
            version = world.next_program_version()
            publish_program(world.hq, program_body(version))
            world.say(f"HQ publishes program {version}")
        try:
            lift(world.hq, what)
        except HqFault:
            return  # a restored HQ has forgotten it
        world.witness.hq()
        world.say(f"HQ lets go {what}")

    if rng.random() < 0.8:
        life.later(rng.randint(1, 4), let_go)
