"""What roles and rights are called on the console's pages."""

from collections.abc import Mapping

from hq.access.scopes import Role, Scope
from hq.console.texts import N_

ROLES: Mapping[Role, tuple[str, str]] = {
    Role.ADMIN: (N_("Administrator"), N_("May do everything, staff and keys too.")),
    Role.MARKETER: (
        N_("Marketer"),
        N_("Makes and publishes campaigns, rewards, vouchers, tiers and segments."),
    ),
    Role.JUNIOR: (N_("Junior marketer"), N_("Makes campaigns; publishes those below their own ceilings.")),
    Role.SUPPORT: (N_("Support"), N_("Helps members: points, vouchers, redemptions, cards, exceptions.")),
    Role.ANALYST: (N_("Analyst"), N_("Reads everything of every day and changes nothing.")),
    Role.STORE_MANAGER: (N_("Store manager"), N_("Sees their own stores and decides their exceptions.")),
    Role.AUDITOR: (N_("Auditor"), N_("Reads everything, staff, keys and audit too.")),
}
RIGHTS: Mapping[Scope, str] = {
    Scope.MEMBERS_READ: N_("See members"),
    Scope.MEMBERS_WRITE: N_("Add and change members"),
    Scope.MEMBERS_CLOSE: N_("Merge, export and erase members"),
    Scope.POINTS_WRITE: N_("Give and take points by hand"),
    Scope.SEGMENTS_READ: N_("See segments"),
    Scope.SEGMENTS_WRITE: N_("Make and change segments"),
    Scope.EVENTS_WRITE: N_("Report events of members and signals"),
    Scope.CAMPAIGNS_READ: N_("See campaigns"),
    Scope.CAMPAIGNS_WRITE: N_("Make and change campaigns"),
    Scope.CAMPAIGNS_PUBLISH: N_("Approve and publish campaigns"),
    Scope.CAMPAIGNS_STOP: N_("Pause and stop campaigns"),
    Scope.REWARDS_READ: N_("See rewards"),
    Scope.REWARDS_WRITE: N_("Make and change rewards"),
    Scope.VOUCHERS_READ: N_("See vouchers and gift cards"),
    Scope.VOUCHERS_WRITE: N_("Make and change vouchers and gift cards"),
    Scope.TIERS_READ: N_("See tiers"),
    Scope.TIERS_WRITE: N_("Change tiers"),
    Scope.STORES_READ: N_("See stores"),
    Scope.STORES_WRITE: N_("Add and change stores"),
    Scope.DEVICES_READ: N_("See devices"),
    Scope.DEVICES_WRITE: N_("Pair, confirm and shut out devices"),
    Scope.JOURNAL_READ: N_("See redemptions, orders and the journal"),
    Scope.EXCEPTIONS_DECIDE: N_("Decide exceptions"),
    Scope.REDEMPTIONS_WRITE: N_("Redeem by hand and for a past order"),
    Scope.REPORTS_READ: N_("See reports"),
    Scope.WEBHOOKS_READ: N_("See webhooks"),
    Scope.WEBHOOKS_WRITE: N_("Make and change webhooks"),
    Scope.KEYS_READ: N_("See keys"),
    Scope.KEYS_WRITE: N_("Make and revoke keys"),
    Scope.STAFF_READ: N_("See staff"),
    Scope.STAFF_WRITE: N_("Add and change staff"),
    Scope.AUDIT_READ: N_("See the audit"),
    Scope.SETTINGS_READ: N_("See settings"),
    Scope.SETTINGS_WRITE: N_("Change settings"),
    Scope.JOBS_READ: N_("See jobs"),
}
