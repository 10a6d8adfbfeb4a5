"""What a shop owner reads at the end of a demo."""

from collections.abc import Mapping
from typing import Any

SHARES = {
    "engine": "the engine",
    "journal": "the journal",
    "signature": "signatures",
    "http": "HTTP and waiting for head office",
    "other": "the rest",
}
REASONS = {"required_item_missing": "none of the offer's products was in the order"}


def summary_text(found: Mapping[str, Any]) -> str:
    """Return the summary, a few lines of plain words with the figures of HQ's tables."""
    share = 100 * found["offline_orders"] / found["orders"] if found["orders"] else 0
    lines = [
        "",
        "What happened",
        f"  {found['orders']:,} orders with {found['lines']:,} lines, worth {_money(found['gross_cents'])},",
        f"  by {found['members']:,} members in {found['stores']:,} shops.",
        f"  {found['offline_orders']:,} of them ({share:.0f} %) while their shop was cut off from head office.",
        "",
        "Redemptions",
        f"  {found['redemptions_attempted']:,} vouchers presented: {found['redemptions_approved']:,} approved, "
        f"{found['redemptions_refused']:,} refused.",
        *(
            f"    {count:,} refused: {REASONS.get(code, code)}"
            for code, count in found["refused_by_reason"].items()
        ),
        f"  Value given: {_money(found['discount_cents'])}. Points earned: {found['points_earned']:,}.",
        "",
        "Head office",
        f"  {found['journal_entries']:,} journal entries sent, {found['entries_acked']:,} acknowledged; verdicts: "
        + (", ".join(f"{count:,} {verdict}" for verdict, count in found["verdicts"].items()) or "none")
        + ".",
        _equality(found),
        "",
        f"  {found['pictures_read']:,} codes were scanned from real QR pictures. "
        f"Keys of the demo's stations: {found['key_store']} (for the demo only).",
        f"  Took {found['seconds']:.0f} s. The stations' time went to:",
        "    "
        + ", ".join(f"{SHARES[name]} {share:.0f} %" for name, share in found["station_time_percent"].items())
        + ".",
        *_used(found),
    ]
    return "\n".join(lines)


def _used(found: Mapping[str, Any]) -> list[str]:
    """Say what the system knows of memory and processors; some don't say."""
    if found["hq_cpu_seconds"] is None or found["peak_mib"] is None:
        return []
    return [
        f"  Head office used {found['hq_cpu_seconds']:.0f} s of a processor; all processes together at most "
        f"{found['peak_mib']:,} MiB of memory."
    ]


def _equality(found: Mapping[str, Any]) -> str:
    if found["hq_equals_stations"]:
        return "  Head office's totals equal the stations', entry by entry and to the cent."
    return "\n".join(
        ["  HEAD OFFICE AND STATIONS DIFFER:", *(f"    {line}" for line in found["differences"])]
    )


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f} USD"
