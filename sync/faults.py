"""What can go wrong between station and HQ. Refusals are values (see protocol); these are the world's failures.

HqFault
├── HqUnreachable   no connection, a time-out, a cut: the everyday case
├── HqBusy          HQ asks to come back later (`retry_after_s`)
├── HqRefused       HQ does not accept this device or this request
│   ├── DeviceUnknown   HQ holds no such device: its database is another one, or empty
│   └── ClientTooOld    HQ takes our entries, but gives new facts to newer programs only
└── HqUntrusted     something answered that can't be HQ, or that HQ would not sign
"""


class HqFault(Exception):
    """The base of all: `code` is stable, the text is for logs and never for a cashier's screen."""

    code = "hq_fault"


class HqUnreachable(HqFault):
    """No answer."""

    code = "hq_unreachable"


class HqBusy(HqFault):
    """HQ is overloaded or starting."""

    code = "hq_busy"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        """Keep when to come back, in seconds."""
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class HqRefused(HqFault):
    """A request that HQ does not take: an unknown device, a wrong signature, a clock too far off."""

    code = "hq_refused"


class HqUntrusted(HqFault):
    """An answer that isn't HQ's: a login page, a wrong signature, a lower version than seen before, a false hash."""

    code = "hq_untrusted"


class DeviceUnknown(HqRefused):
    """HQ holds no device of this name: it was moved, or put back from before we were enrolled."""

    code = "device_unknown"


class ClientTooOld(HqRefused):
    """HQ wants a newer program here before it gives new facts. What was done here is still taken in."""

    code = "client_too_old"
