"""Sentences of faults that hold a name or a number, as pages say them.

A service puts such a sentence together in English, for the API and the commands. Pages find its form here again, take
the values out and put them into the sentence of their own language: amounts as money, rights by their names.
"""

import re
from collections.abc import Callable
from functools import cache

from hq.access.scopes import Scope
from hq.console.complaints import told_complaint
from hq.console.sentence_forms import patterns_of
from hq.console.texts import N_, translations
from hq.staff.words import RIGHTS

MINOR_UNITS = " (minor units)."
FORMS = (
    N_(
        "Codes have no {strange}: only digits and capital letters without I, L, O and U, which are easily taken "
        "for others."
    ),
    N_("Codes can begin with at most {prefix_max} characters of yours."),
    N_("Stations read codes of {shortest} to {longest} characters."),
    N_(
        "{count} codes of {length} characters that begin with {prefix} leave too little to chance: somebody could find "
        "one by trying. Take at least {needed} characters."
    ),
    N_(
        "{count} codes of {length} characters leave too little to chance: somebody could find one by trying. Take at "
        "least {needed} characters."
    ),
    N_("A batch has 1 to {count_max} codes."),
    N_("A card can carry at most {minor}."),
    N_("A voucher is good for 0 (without end) to {uses_max} uses."),
    N_("This has to be a whole number up to {most}."),
    N_("This needs the right {right}, which {name} does not have."),
    N_("It gives up to {percent} %, and {name} may give {most} % without another's approval."),
    N_("It gives up to {minor}, and {name} may give {minor_most} without another's approval."),
    N_(
        "It gives an amount that nothing bounds, and {name} may give {minor_most} without another's approval."
    ),
    N_("It gives up to {points} points, and {name} may give {most} without another's approval."),
    N_("{name} has no right {right}, so their keys have none either."),
    N_("These ceilings are above those of {name}."),
    N_("There is no key {key_id}."),
    N_("The key {name} is no longer good: make a new one."),
    N_("A name has 1 to {name_max} characters."),
    N_("There is no member {ref}. Say the reference, or the number on the card."),
    N_("There is no member {ref}."),
    N_("There is no store {store_id}."),
    N_("This can't be approved: {problem}"),
    N_("There is no program yet. Say its {missing} first: name, currency, time zone and when it expires."),
    N_("There are {campaigns_max} campaigns already. Throw drafts away that nobody needs."),
    N_("What cashiers are told has at most {briefing_max} characters in each language."),
    N_("There is a campaign {wanted} already."),
    N_("{wanted} is no id: {problem}."),
    N_("This campaign has no rule {rule_id}."),
    N_("This is no JSON: {problem}"),
    N_("There is no version {version} of the program."),
    N_("A program has no part {part}; there are {parts}."),
    N_("{part} is a list."),
    N_("{part} is an object."),
    N_("{part} has {keys}, and nothing else."),
    N_("This can't be published: {problem}"),
    N_("Look at this first:{told}"),
    N_("The part {part} is as it is published."),
    N_("No program goes without {part}."),
    N_("Scenarios of this campaign fail:{told}"),
    N_("This says what can hardly be meant:{told}"),
    N_("Scenarios of other campaigns fail with it:{told}"),
    N_("It is nested deeper than {depth_max} levels."),
    N_("It may have at most {body_bytes_max} bytes."),
    N_("There is no campaign {campaign_id}."),
    N_("Of the campaign {campaign_id} no version {n} was published."),
    N_("This can't stand in a program: {problem}."),
    N_("A campaign has at most {scenarios_max} scenarios."),
    N_("This makes no program: {problem}"),
    N_("These filters can't be read: {named}."),
    N_("What is sent at once has at most {most} MB. Cut a file into parts."),
    N_("A view's name has 1 to {title_max} characters."),
    N_("Nobody keeps more than {views_max} views. Delete one first."),
    N_("There is no job {job_id}."),
    N_("HQ still can't post the entry of {case_id}: {detail}."),
    N_("{case_id} is about a device, not about an entry. Close it when that is set right."),
    N_("The entry of {case_id} is posted already."),
    N_("{case_id} is closed already."),
    N_("{case_id} is about no member whom HQ knows, so no points can be given or taken."),
    N_("There is no case {case_id}."),
    N_("{first} comes first: it is the order that {case_id} belongs to. Post it before, or close it."),
    N_("There is nobody called {to} at head office."),
    N_("There is no entry {place}."),
    N_("The attribute {name} is a text of up to {text_max} characters in one line."),
    N_("The attribute {name} is a day such as 2026-05-17."),
    N_("The attribute {name} is one of {choices}."),
    N_("A choice has up to {choices_max} words of up to {text_max} characters."),
    N_("There is no attribute {name}. Add it to the schema first."),
    N_("The attribute {name} is not this side's to change: it is {owner}'s."),
    N_("The attribute {name} is a whole number."),
    N_("There are {attributes_max} attributes already."),
    N_("This card's code is not good ({said})."),
    N_("{text} is no member number."),
    N_("Member {ref} was erased already."),
    N_("The member has {before} points, so {points} can't be taken."),
    N_("The wallet holds {has}, so {wanted} can't be taken."),
    N_("This external id is that of member {by_id}."),
    N_("An external id has 1 to {length_max} characters in one line."),
    N_("Member {ref} was erased."),
    N_("A file has at most {most} MB. Cut it into parts."),
    N_("A file has at most {rows_max} rows. Cut it into parts."),
    N_("A file has at most {columns_max} columns."),
    N_("Two columns are called “{column}”. Give each a name of its own in the file."),
    N_("A cell has at most {cell_max} characters."),
    N_(
        "This file can't be read as CSV from line {line} on: look for a quotation mark that is opened and not closed, "
        "or stands within a word."
    ),
    N_("{target} is nothing that a column can be."),
    N_(
        "Member {ref} is stopped, and what they have would be free again. Lift that first, or "
        "merge the other way round: `tillside hq lift {word}`."
    ),
    N_("Member {ref} was erased. Nothing was changed."),
    N_("Member {ref} was merged into {to} before: say {to} in their place."),
    N_("The text of a matter, and each note on it, has 1 to {text_max} characters."),
    N_("{name} may not change this member, and so can't look after the matter."),
    N_("A note has 1 to {text_max} characters."),
    N_("{ref} is no member reference."),
    N_(
        "{stays} ({into}) stays and takes over everything of {gone} ({ref}). Press again if these two are one person."
    ),
    N_("{refs} was erased and can't come back. Add the member under a new reference."),
    N_("Member {ref} was merged into {survivor}. Nothing was changed."),
    N_("There is a member {ref} already. Nothing was changed."),
    N_("The {column} of member {ref} is longer than {room} characters."),
    N_("There is no earning rule {rule_id}."),
    N_("There is no such report. There are {reports}."),
    N_("The rows of this report are by {groups}."),
    N_("These are more than {rows_max} rows. Ask for a shorter time, or by week or month."),
    N_("Days are from {first_day} to {last_day}."),
    N_("There is no reward {rule_id}."),
    N_("At most {members_at_once} members at once."),
    N_("A condition asks at most {leaves_max} questions."),
    N_("A condition has at most {json_max} characters."),
    N_("This is no condition: {problem}."),
    N_("{fact} is about an order. A segment asks about members, their history and their events."),
    N_("A number in a condition is at most {integer_max}."),
    N_("{name} goes by this segment. Publish a program without it first."),
    N_("There is no segment {segment_id}."),
    N_("Segment {segment_id} is being taken away."),
    N_("There are {segments_max} segments already, and no more fit into a member's row."),
    N_("There is a segment {segment_id} already."),
    N_("New members are asked for {consents_max} things at most."),
    N_("{what} has no text in any language."),
    N_(
        "The text of {what} is another one now, so its version must be, too: members agreed to "
        "version {version} as it was."
    ),
    N_("A text has one line of at most {text_max} characters."),
    N_("Choose one language or more of {languages}."),
    N_("A name has 1 to {name_max} characters, and none of : / \\ ? # %."),
    N_("{name} has no right {right}, so nobody gets or loses it by them."),
    N_("There is, or was, somebody called {name}. Names are not given twice."),
    N_("A password has {password_min} to {password_max} characters."),
    N_("A password has at least {different_min} different characters."),
    N_(
        "At most {stops_max} things are stopped at a time. Change the rules or withdraw vouchers, "
        "and lift some."
    ),
    N_("{what} is not stopped.{near}"),
    N_("There is no device {device_id}."),
    N_("Device {device_id} does not wait to be confirmed: it is {state}."),
    N_("{name} looks after certain stores only and adds none."),
    N_("The program is in {code}; this store can't be in {currency}."),
    N_("A store can't be called {store_id}."),
    N_("A store's name has at most {name_max} characters."),
    N_("{currency} is not one of {currencies}."),
    N_("There is a store {store_id} already."),
    N_("{time_zone} is no time zone such as Europe/Berlin."),
    N_("The job {job_id} is no dry run of tiers."),
    N_("The published program has no voucher rule {rule_id}."),
    N_("There are {endpoints_max} endpoints already, which is as many as can be."),
    N_("More than {amount} requests a minute."),
    N_("A logo is a PNG."),
    N_("This logo is not whole: it was cut off or spoilt on its way. Choose the file again."),
    N_("A logo has at most {most} KiB; this one has {size}."),
    N_("A logo is {side_min} to {side_max} pixels wide and high; this one is {width}x{height}."),
    N_("A colour is # and six digits of 0-9 and A-F, such as #7A1E48."),
    N_("A name has at most {name_max} characters that can be printed."),
    N_("Where Tillside's name is not to be seen, the shop's own must be known."),
    N_("The portal's address begins with https:// and has at most {portal_max} characters."),
    N_("{moves} came or went."),
)


def retold(sentence: str, language: str, money: Callable[[int], str], *, is_placed: bool = True) -> str:
    """Return what a fault says in a page's language; what is in no form stays as it is.

    `is_placed`: where what a program's reader says names its place, the sentence does too.
    """
    gettext = translations(language).gettext
    plain = gettext(sentence)
    if plain != sentence:
        return plain
    is_of_money = sentence.endswith(MINOR_UNITS)
    wanted = sentence.removesuffix(MINOR_UNITS) + "." if is_of_money else sentence
    for pattern, form in _patterns():
        found = pattern.fullmatch(wanted)
        if found is not None and is_of_money is ("{minor" in form):
            values = {name: _told(name, value, language, money) for name, value in found.groupdict().items()}
            if "{problem}." in form:
                values["problem"] = values["problem"].removesuffix(".")
            return gettext(form).format(**values)
    return told_complaint(sentence, language, money=money, is_placed=is_placed)


def _told(name: str, value: str, language: str, money: Callable[[int], str]) -> str:
    if name.startswith("minor"):
        return money(int(value)) if value.isascii() and value.isdigit() else value
    if name == "right":
        say = translations(language).gettext
        return f"“{say(RIGHTS[Scope(value)])}”" if value in RIGHTS else value
    if name == "problem":
        return told_complaint(value, language, money=money)
    if name == "told":  # a doubt a line, each behind a dash
        return "".join(
            f"\n- {told_complaint(each, language, money=money)}" for each in value.split("\n- ") if each
        )
    return value


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return patterns_of(FORMS)
