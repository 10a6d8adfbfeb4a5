"""What may be done at head office, word by word, and which roles may do it.

Every route of the API and every page of the console names one scope; what names none can't be built. A role is nothing
but a set of scopes, so the matrix of roles and routes follows from this file alone.
"""

from collections.abc import Mapping
from enum import StrEnum


class Scope(StrEnum):
    """One thing that somebody may be allowed to do, as keys name it: `noun:verb`."""

    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    MEMBERS_CLOSE = "members:close"  # merge, export and erase
    POINTS_WRITE = "points:write"  # give and take points and store credit by hand
    SEGMENTS_READ = "segments:read"
    SEGMENTS_WRITE = "segments:write"
    EVENTS_WRITE = "events:write"  # events of members, signals of the world
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CAMPAIGNS_PUBLISH = "campaigns:publish"  # approve, publish, lift a stop
    CAMPAIGNS_STOP = "campaigns:stop"
    REWARDS_READ = "rewards:read"
    REWARDS_WRITE = "rewards:write"
    VOUCHERS_READ = "vouchers:read"
    VOUCHERS_WRITE = "vouchers:write"
    TIERS_READ = "tiers:read"
    TIERS_WRITE = "tiers:write"
    STORES_READ = "stores:read"
    STORES_WRITE = "stores:write"
    DEVICES_READ = "devices:read"
    DEVICES_WRITE = "devices:write"
    JOURNAL_READ = "journal:read"
    EXCEPTIONS_DECIDE = "exceptions:decide"
    REDEMPTIONS_WRITE = "redemptions:write"  # manual and retroactive ones
    REPORTS_READ = "reports:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    STAFF_READ = "staff:read"
    STAFF_WRITE = "staff:write"
    AUDIT_READ = "audit:read"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    JOBS_READ = "jobs:read"


READS = frozenset(scope for scope in Scope if scope.value.endswith(":read"))
_OF_EVERYDAY = READS - {Scope.KEYS_READ, Scope.STAFF_READ, Scope.AUDIT_READ}


class Role(StrEnum):
    """What somebody is at head office."""

    ADMIN = "admin"
    MARKETER = "marketer"
    JUNIOR = "junior"
    SUPPORT = "support"
    ANALYST = "analyst"
    STORE_MANAGER = "store_manager"
    AUDITOR = "auditor"


SCOPES_OF: Mapping[Role, frozenset[Scope]] = {
    Role.ADMIN: frozenset(Scope),
    Role.MARKETER: _OF_EVERYDAY
    | {
        Scope.SEGMENTS_WRITE,
        Scope.EVENTS_WRITE,
        Scope.CAMPAIGNS_WRITE,
        Scope.CAMPAIGNS_PUBLISH,
        Scope.CAMPAIGNS_STOP,
        Scope.REWARDS_WRITE,
        Scope.VOUCHERS_WRITE,
        Scope.TIERS_WRITE,
    },
    # What a junior publishes stays under their own ceilings; above them somebody else approves.
    Role.JUNIOR: _OF_EVERYDAY
    | {Scope.SEGMENTS_WRITE, Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_PUBLISH, Scope.CAMPAIGNS_STOP},
    Role.SUPPORT: (_OF_EVERYDAY - {Scope.WEBHOOKS_READ, Scope.SETTINGS_READ})
    | {
        Scope.MEMBERS_WRITE,
        Scope.MEMBERS_CLOSE,
        Scope.POINTS_WRITE,
        Scope.VOUCHERS_WRITE,
        Scope.REDEMPTIONS_WRITE,
        Scope.EXCEPTIONS_DECIDE,
    },
    Role.ANALYST: _OF_EVERYDAY - {Scope.WEBHOOKS_READ},
    Role.STORE_MANAGER: frozenset(
        {
            Scope.MEMBERS_READ,
            Scope.STORES_READ,
            Scope.DEVICES_READ,
            Scope.JOURNAL_READ,
            Scope.EXCEPTIONS_DECIDE,
            Scope.REPORTS_READ,
            Scope.JOBS_READ,
        }
    ),
    Role.AUDITOR: READS,
}
