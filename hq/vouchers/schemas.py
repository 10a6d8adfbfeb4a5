"""Vouchers on the wire."""

from hq.api.models import Answer
from hq.vouchers.listing import State


class VoucherAnswer(Answer):
    """A voucher, by the hash of its number; `n` is its place in its batch. `uses_max` 0: as often as the rule holds."""

    code_hash: str
    batch: str | None
    n: int | None
    rule_id: str
    uses_max: int
    uses: int
    owner: str | None
    starts_on: str | None
    ends_on: str | None
    state: State


class UseAnswer(Answer):
    """What a voucher was used for. `t_eff` may lie before 1970 by a wrong clock."""

    redemption_id: str
    order_id: str
    store: str
    member: str | None
    discount: int
    device: str
    t_eff: int


class VoucherWithUses(VoucherAnswer):
    """A voucher, and the newest hundred redemptions of one with a limit."""

    redemptions: list[UseAnswer]
