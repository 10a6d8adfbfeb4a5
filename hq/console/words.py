"""What the console calls things that other programs know by a short name: entries, accounts, jobs, events, verdicts.

Lists of several nouns show them, so they stand here together. What has no word yet is shown by its own name.
"""

import re
from collections.abc import Mapping

from app.core.reasons import BY_CODE
from hq.console.texts import N_, translations
from hq.members.reasons import of_stations

NUMBER = re.compile(r"\{[^}]*\}")  # in a reason's sentence, where a list holds its code alone
CAMPAIGN, WALLET = "campaign:", "wallet:"
ENTRIES: Mapping[str, str] = {
    "order": N_("Order"),
    "redeem": N_("Redemption without an order"),
    "refuse": N_("Refusal"),
    "scan_denied": N_("Scan that was refused"),
    "epoch_start": N_("Records begun anew"),
    "salvaged": N_("Entry found in old records"),
    "shift": N_("Somebody signed in or out"),
    "mode_change": N_("Training begun or ended"),
    "pin_lock": N_("Wrong PINs"),
    "staff_change": N_("Change of staff in the store"),
    "pairing": N_("Another device asked for"),
    "clock_jump": N_("Clock moved"),
    "enrol": N_("New member"),
    "void": N_("Order voided"),
    "return": N_("Goods returned"),
    "gift_card": N_("Money put on a gift card"),
    "day_close": N_("End of day"),
    "noted": N_("Exception seen by a manager"),
    "lease_close": N_("Lease given back"),
    "adjust": N_("Points given or taken by hand"),
    "past_redeem": N_("Redeemed for a past order"),
}
NAMES: Mapping[str, str] = {
    **ENTRIES,
    # what posts to the ledger, and its accounts
    "redemption": N_("Redemption"),
    "card": N_("Gift card"),
    "adjusted": N_("Points given or taken by hand"),
    "case": N_("Exception"),
    "cards": N_("Gift cards made or changed"),
    "erased": N_("A member was erased"),
    "expired": N_("Points expired"),
    "issued": N_("Points given beside orders"),
    "merged": N_("Two members were merged"),
    "overspent": N_("Spent though nothing was left"),
    "corrections": N_("Points given or taken by hand"),
    "breakage": N_("Points of members who were erased"),
    "exception:overspent": N_("Spent though nothing was left"),
    "gift-cards-sold": N_("Gift cards sold"),
    "gift-cards-paid": N_("Paid with gift cards"),
    "gift-cards-lapsed": N_("Lapsed on gift cards"),
    "points-issued": N_("Points issued"),
    "points-spent": N_("Points spent"),
    "points-expired": N_("Points expired"),
    "discounts-given": N_("Discounts given"),
    "wallet-credited": N_("Put into wallets"),
    # jobs
    "segments.refresh": N_("Work out a segment"),
    "segments.remove": N_("Take a segment away"),
    "members.import": N_("Bring members from a file"),
    "batches.make": N_("Make codes"),
    "batches.tell": N_("Tell stations of a batch of codes"),
    "codes.import": N_("Bring codes from a file"),
    "tiers.dry_run": N_("Work out who would change tier"),
    # events that endpoints are told of
    "redemption.made": N_("Something was redeemed"),
    "redemption.refused": N_("Something was refused"),
    "order.undone": N_("An order was undone"),
    "campaign.created": N_("A campaign was made"),
    "campaign.started": N_("A campaign started"),
    "campaign.stopped": N_("A campaign was stopped"),
    "member.added": N_("A member was added"),
    "member.tier_changed": N_("A member changed tier"),
    "member.merged": N_("Two members were merged"),
    "member.erased": N_("A member was erased"),
    "points.changed": N_("A member's points changed"),
    "vouchers.made": N_("Vouchers were made"),
    "device.confirmed": N_("A device was confirmed"),
    "device.revoked": N_("A device was shut out"),
    "lease.given": N_("A lease was given"),
    "lease.ended": N_("A lease ended"),
    "exception.opened": N_("An exception was opened"),
    "signal.changed": N_("A signal changed"),
    "webhook.given_up": N_("An endpoint was given up"),
    "webhook.test": N_("A test"),
    # head office's word on an entry
    "posted": N_("Posted"),
    "flagged": N_("Posted, to be looked at"),
    "quarantined": N_("Set aside"),
}


def called(name: str, language: str) -> str:
    """Return the word for a short name, in a page's language."""
    said = translations(language).gettext
    if name.startswith(CAMPAIGN):
        return said(N_("Given by campaign {id}")).format(id=name.removeprefix(CAMPAIGN))
    if name.startswith(WALLET):
        return said(N_("Wallet of member {ref}")).format(ref=name.removeprefix(WALLET))
    return said(NAMES[name]) if name in NAMES else name


def reason_of(code: str, language: str) -> str:
    """Return the station's sentence for a reason's code; dots stand for numbers that aren't known here."""
    if code not in BY_CODE:
        return code
    return NUMBER.sub("…", of_stations(language)(BY_CODE[code].sentence))
