"""What a program's reader (`app.core`) says against a document, form by form, and the sentence that pages say instead.

The reader names the place by its path, then says what is wrong, in English and as programs write it; whoever uses the
console knows neither. Those of `DOUBTS` come from `app.core.contradictions`. Whether any is missing a test looks up.
"""

from hq.console.texts import N_
from hq.settings.service import NAMES

FORMS = {
    # of any document
    "expected an object": N_("This has to be an object of JSON."),
    "expected a list": N_("This has to be a list."),
    "expected a list of texts": N_("This has to be a list of texts."),
    "expected a text": N_("This is missing: type a text."),
    "expected a whole number": N_("Type a whole number here."),
    "expected true or false": N_("This has to be true or false."),
    "expected at most {most} characters": N_("At most {most} characters fit here."),
    "expected at most {most}": N_("At most {most} fit here."),
    "expected at most {most}, found {found}": N_("At most {most} may stand here, not {found}."),
    "expected at least {least}": N_("At least {least} has to stand here."),
    "expected at least {least}, found {found}": N_("At least {least} has to stand here, not {found}."),
    "expected {least} to {most}": N_("From {least} to {most} may stand here."),
    "expected {least} to {most}, found {found}": N_("From {least} to {most} may stand here, not {found}."),
    "expected one of {words}": N_("Choose one of these: {words}."),
    "{found} is not one of {words}": N_("{found} is none of these: {words}."),
    "means nothing here": N_("This means nothing here: take it out."),
    "means nothing here; known are {words}": N_("This means nothing here. Known are: {words}."),
    "expected no slash, no blank at either end and nothing that can't be printed": N_(
        "No slash may stand here, no space at either end, and nothing that can't be printed."
    ),
    "expected a date such as {example}": N_("Type a day here, such as {example}."),
    "expected a time on the store's clock, without a zone": N_(
        "Say the time by the store's clock, without a time zone."
    ),
    "{end} is before the start, {start}": N_("The end, {end}, is before the start, {start}."),
    "another one is called {name} too": N_("Another one is called {name} too: give this one another name."),
    "{name} is not among the program's {what}": N_("There is no {name} among the program's {what}."),
    # of conditions
    "nested too deep; at most {most} levels": N_("Groups are nested too deep: at most {most} levels."),
    'expected an object such as {"all": […]} or {"fact": …}': N_("This is no condition: it asks nothing."),
    "expected one of all, any, not, or a fact; found {found}": N_("This is no condition: it asks nothing."),
    "expected a list with at least one condition": N_("This group is empty: ask something in it, or take it out."),
    "{name} is no fact; one of {words}": N_("Nothing that can be asked is called {name}. There are: {words}."),
    "{found} does not fit a {kind}; one of {words}": N_("It can't be compared by {found}. Choose one of: {words}."),
    "{found} mean nothing here; allowed are {words}": N_("{found} means nothing here. Known are: {words}."),
    "either days or period, not both": N_("Say either days or a period, not both."),
    "expected a list of whole number": N_("Type whole numbers here."),
    "expected a list of text": N_("Choose something here."),
    "expected a time such as {example}": N_("Type a time here, such as {example}."),
    "expected two values, the first below the second": N_("Type two values here, the first below the second."),
    "expected a text without a slash": N_("Type a name here, without a slash."),
    # of campaigns
    "nobody pays points without choosing to": N_(
        "Only what somebody chooses can cost points: let it be picked, or cost none."
    ),
    "points are the payment already": N_("It is paid with points already, so it can't cost points besides."),
    "exclusive and always say the opposite of each other": N_(
        "It can't stand alone and also always apply: choose one of the two."
    ),
    "no experiment is called {name}": N_("No experiment is called {name}."),
    "expected some of {words}": N_("Choose some of these: {words}."),
    "two rules are called {name}": N_("Two rules are called {name}."),
    "two campaigns have one id": N_("Two campaigns have one id."),
    "{name} is the name of a payment, not of a campaign": N_("{name} is the name of a payment, not of a campaign."),
    "{campaign} names {name}, which is no campaign and none of {words}": N_(
        "{campaign} names {name}, which is no campaign and none of: {words}."
    ),
    "no rule is called {name}": N_("No rule is called {name}."),
    "{name} is no time zone such as {example}": N_("{name} is no time zone such as {example}."),
    "{name} says nothing about a member": N_("{name} says nothing about a member."),
    # of effects
    "{found} belongs to target products, and only there": N_("{found} goes with products only."),
    "expected products or order": N_("Choose products or the order here."),
    "expected at least one part": N_("At least one product has to stand here."),
    "expected one of price, amount_off, basis_points": N_(
        "Say a price, an amount off or a percentage, and only one of them."
    ),
    "expected one of basis_points, amount": N_("Say a percentage or an amount, and only one of them."),
    "belongs to products, which are missing": N_("This goes with products: choose them too."),
    "{step} points are not worth a whole number of minor units": N_("{step} points are not worth a whole amount."),
    "no punch card is called {name}": N_("No punch card is called {name}."),
    "expected a list such as {example}": N_("At least one step has to stand here."),
    "expected two whole numbers, the bound and what it gives": N_("Each step needs two numbers: from where, and what."),
    "expected {least} to {most} as the second, found {found}": N_(
        "From {least} to {most} may stand here, not {found}."
    ),
    "its bound {found} is not above the one before": N_("Each step has to begin above the one before it."),
    # of earning rules
    "expected multiplier, or nothing": N_("An earning rule is a multiplier, or says nothing here."),
    "expected one of points, times": N_("Say points or times, and only one of them."),
    "in one order a rule counts once anyway": N_("In one order a rule counts once anyway: choose a longer time."),
    # of tiers
    "expected tiers or segments that it is for": N_("Say for which tiers or segments it is."),
    "active points are counted as they are, over no window": N_(
        "Points that are left are counted as they are: choose “ever”."
    ),
    "next_period needs a window of the calendar": N_("This goes with a month, a quarter, half a year or a year only."),
    "period needs a window of the calendar and a start at once": N_(
        "This goes with a month, a quarter, half a year or a year that starts at once only."
    ),
    "next_period needs a window; expected days or ever": N_(
        "Where all time counts there is no next period: say for how many days, or for ever."
    ),
    "the first tier is the base, and only the first": N_("The first tier is everybody's, and only the first."),
    "two tiers are called {name}": N_("Two tiers are called {name}."),
    "spend is counted of all orders": N_("What is spent is counted of all orders: leave this empty."),
    "expected more than {least}, which {other} asks for": N_(
        "More than {least} has to stand here, which {other} asks for."
    ),
    # of other schemes
    "expected a text in one language at least": N_("Type a text in one language at least."),
    "expected at most 40 letters, digits, dots, dashes": N_("At most 40 letters, digits, dots and dashes fit here."),
    "expected one line of at most {most} characters": N_("One line of at most {most} characters fits here."),
    "expected a text in 1 to {most} languages": N_("Type a text in 1 to {most} languages."),
    "expected languages such as en, found {found}": N_("Languages are called en, ko and so on, not {found}."),
    "expected a text of at most {most} characters, and nothing that can't be seen": N_(
        "At most {most} characters fit here, and nothing that can't be seen."
    ),
    "expected briefings of at most {most} bytes together, found {found}; take out those that ended": N_(
        "What cashiers are told of all campaigns may have {most} bytes together, and this makes {found}."
        " Take it out of campaigns that have ended."
    ),
    "cards that never end have no earliest end": N_("Cards that never end have no earliest end."),
    "expected at least one benefit": N_("Say at least one thing that it gives."),
    "belongs to the measure event, and only there": N_("This goes with events only."),
    "days as a member pass by themselves; make it a milestone": N_(
        "Days as a member pass by themselves: make it a milestone."
    ),
    "expected at least one variant": N_("At least one variant has to stand here."),
    "{found} is sold as {name} already": N_("{found} is sold as {name} already."),
    "keys are ASCII text here": N_("Names of this kind have letters without accents only."),
}  # fmt: skip

DOUBTS = {
    "it is for nobody; name members, or null for everybody": N_(
        "It is for nobody: list members, or make it everybody's."
    ),
    "it starts after the program expires; let the program expire later": N_(
        "It starts after the program expires: let the program expire later."
    ),
    "it has no rule, so it does nothing; add a rule": N_("It has no rule, so it does nothing: add one."),
    "nothing may ever be given of it; at least 1": N_("Nothing may ever be given of it: take at least 1."),
    "none of this group may apply; a limit of at least 1": N_(
        "None of this group may apply: let at least 1 of it."
    ),
    "{name} is a payment, and no campaign; name a campaign": N_("{name} is a payment: name a campaign."),
    "it needs {name} and may not go with it; one of the two": N_(
        "It needs {name} and may not go with it: say one of the two."
    ),
    "it stands alone, yet needs {name}; one of the two": N_("It stands alone, yet needs {name}: say one of the two."),
    "{name} runs at another time; dates that overlap": N_("{name} runs at another time: let their dates overlap."),
    "product set {name} holds no product; name products, or leave the rule out": N_(
        "The product set {name} holds no product: name products, or take the rule out."
    ),
    "nothing fulfils what it asks of {fact}; a condition that some order can fulfil": N_(
        "No order can ever fulfil what it asks of “{fact}”."
    ),
    "every unit of these products is free, however many and however dear; "
    "add a cap, or how many units of each line are meant": N_(
        "Every unit of these products is free, however many and however dear: say at most how much, or how many units."
    ),
    "it and {other} are both exclusive with priority {priority}; "
    "different priorities, so that it is said which one stands": N_(
        "It and {other} both stand alone with priority {priority}: give them different priorities."
    ),
}  # fmt: skip

KINDS = {  # what the program lacks: `what` of "{name} is not among the program's {what}"
    "product sets": N_("product sets"),
    "calendars": N_("calendars"),
    "tiers": N_("tiers"),
    "rules": N_("rules"),
    "badges": N_("badges"),
}
PLACES = {  # the last words of a path, as pages call what stands there; of several that end so the longest
    "limits.uses": N_("Uses in all at most"),
    "limits.members": N_("Members at most"),
    "member_uses.at_most": N_("Each member at most"),
    "limits.member_uses": N_("Each member at most"),
    "budget.discount": N_("Discounts together"),
    "budget.order_value": N_("Value of orders together"),
    "budget.uses": N_("Uses"),
    "stacking.only_with": N_("Only together with"),
    "stacking.not_with": N_("Not together with"),
    "stacking.group": N_("Group"),
    "stacking.best_of": N_("Best of"),
    "stacking": N_("Stacking"),
    "effect": N_("What it gives"),
    "condition": N_("When it applies"),
    "audience": N_("Who"),
    "briefing": N_("What cashiers are told"),
    **{f"briefing.{language}": name for language, name in NAMES.items()},
    "rules": N_("The rules"),
    "trigger": N_("Comes into play"),
    "name": N_("Name"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    "priority": N_("Priority"),
    "cost_points": N_("Costs points"),
    "effect.target": N_("Taken off"),
    "effect.amount": N_("Amount"),
    "effect.basis_points": N_("Percent"),
    "effect.cap": N_("At most"),
    "effect.price": N_("For this price"),
    "effect.amount_off": N_("Amount off"),
    "effect.first": N_("Off the first unit"),
    "effect.further": N_("Off each further unit"),
    "effect.buy_units": N_("Units bought"),
    "effect.get_units": N_("Units given"),
    "effect.steps": N_("Steps"),
    "effect.parts": N_("Parts"),
    "effect.points": N_("So many points"),
    "effect.worth": N_("Amount"),
    "effect.step": N_("In steps of points"),
    "effect.least": N_("Points at least"),
    "effect.share_max": N_("Percent of the order at most"),
    "effect.times": N_("Times an order at most"),
    "effect.sku": N_("SKU"),
    "units": N_("Units"),
    "products": N_("Products"),
    "points": N_("Points"),
    "event": N_("Event"),
    "period": N_("In"),
    "at_least": N_("At least"),
    "window_days": N_("Days"),
    "valid_days": N_("Days it lasts"),
    "window": N_("When"),
    "valid": N_("Lasts"),
    "start": N_("Starts"),
    "access": N_("For"),
    "id": N_("Id"),
    "value": N_("Value"),
    "currency": N_("Currency"),
    "time_zone": N_("Time zone"),
    "expires_ms": N_("When it expires"),
}
MONEY = frozenset(
    {"amount", "price", "amount_off", "cap", "first", "further", "worth", "discount", "order_value"}
)
PERCENT = frozenset({"basis_points", "share_max"})
