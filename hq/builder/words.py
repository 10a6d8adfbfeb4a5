"""What the rule builder calls facts, operators and periods in its lists to choose from."""

from hq.console.texts import N_

GROUPS = {
    "all": N_("All of these hold"),
    "any": N_("At least one of these holds"),
    "not": N_("This does not hold"),
}
SECTIONS = {
    "order": N_("Order"),
    "member": N_("Member"),
    "history": N_("What the member did before"),
    "event": N_("Events"),
    "signal": N_("Signals from outside"),
}
FACTS = {
    "order.total": N_("Order total"),
    "order.amount_of": N_("Amount of products"),
    "order.running_total": N_("Order total as left by other rules"),
    "order.running_amount_of": N_("Amount of products as left by other rules"),
    "order.quantity": N_("Units in the order"),
    "order.quantity_of": N_("Units of products"),
    "order.store": N_("Store"),
    "order.register": N_("Register"),
    "order.channel": N_("Channel"),
    "order.partner": N_("Partner"),
    "order.weekday": N_("Weekday"),
    "order.date": N_("Date"),
    "order.time": N_("Time of day"),
    "order.nth": N_("Which order of the member"),
    "member.tier": N_("Tier"),
    "member.attribute": N_("Attribute (text)"),
    "member.number": N_("Attribute (number)"),
    "member.segments": N_("Segments"),
    "member.consents": N_("Consents"),
    "member.birthday": N_("Birthday"),
    "member.anniversary": N_("Anniversary of joining"),
    "history.spend": N_("Spent"),
    "history.orders": N_("Orders"),
    "history.redemptions": N_("Uses of a campaign"),
    "history.amount_of": N_("Spent on products"),
    "history.quantity_of": N_("Units of products bought"),
    "history.days_since_order": N_("Days since the last order"),
    "event.count": N_("Number of events"),
    "signal": N_("Signal"),
}
OPERATORS = {
    "at_least": N_("is at least"),
    "more_than": N_("is more than"),
    "at_most": N_("is at most"),
    "less_than": N_("is less than"),
    "is": N_("is"),
    "one_of": N_("is one of"),
    "every": N_("is a multiple of"),
    "between": N_("is between"),
    "in_calendar": N_("is in the calendar"),
    "contains": N_("has"),
    "contains_any": N_("has one of"),
    "within_days": N_("is so many days away at most"),
}
WINDOWS = {
    "": N_("ever"),
    "days": N_("in the last … days"),
    "day": N_("today"),
    "week": N_("this week"),
    "month": N_("this month"),
    "quarter": N_("this quarter"),
    "year": N_("this year"),
    "previous_month": N_("last month"),
}
MEASURED = {"": N_("as priced"), "gross": N_("with tax"), "net": N_("without tax")}
TRIGGERS = {
    "automatic": N_("by itself, whenever its condition holds"),
    "voucher": N_("with a code"),
    "choice": N_("when it is picked at the station"),
}


def facts_by_section() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the facts to choose from, section by section."""
    return [
        (title, [(fact, label) for fact, label in FACTS.items() if fact.partition(".")[0] == section])
        for section, title in SECTIONS.items()
    ]
