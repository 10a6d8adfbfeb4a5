// The console's only script. Every page works without it; with it, forms marked `data-inplace` change a part of the page
// and leave the focus where it was.
"use strict";

const FIELDS = "input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea";
const written = (part) => [...part.querySelectorAll(FIELDS)].map((field) => [field, field.value]);

async function changeInPlace(form, submitter) {
  const id = form.dataset.inplace;
  const sentWith = new Map(written(form));
  const body = new URLSearchParams(new FormData(form, submitter));
  const how = form.method === "post" ? { method: "POST", body } : {};
  const action = submitter?.formAction || form.action;
  const address = form.method === "post" ? action : `${action.split("?")[0]}?${body}`;
  let answer, text;
  try {
    answer = await fetch(address, { ...how, headers: { "X-In-Place": id } });
    text = await answer.text();
  } catch {
    alert(document.body.dataset.away);
    return;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  const found = page.getElementById(id);
  const old = document.getElementById(id);
  if (!found || !old) {
    if (answer.ok) {
      location.assign(answer.url);
    } else { // refused, or nobody is signed in any more: sent as a whole page, it comes back with what was typed
      delete form.dataset.inplace;
      form.requestSubmit(submitter);
    }
    return;
  }
  const { id: focusedId, name: focused } = document.activeElement ?? {};
  for (const [field, value] of written(form)) { // what was typed while the answer was on its way
    const same = sentWith.get(field) !== value && found.querySelector(`[name="${CSS.escape(field.name)}"]`);
    if (same && same.type === field.type) same.value = value;
  }
  old.replaceWith(found);
  const told = tellAbove(page);
  const again = (focusedId && found.querySelector(`#${CSS.escape(focusedId)}`))
    || (focused && focused !== "do" && found.querySelector(`[name="${CSS.escape(focused)}"]`));
  (again || found).focus({ preventScroll: true });
  told?.scrollIntoView({ block: "nearest" });
}

// Why something was refused stands above the part that was changed, so it comes along, and goes with the next answer.
function tellAbove(page) {
  const main = document.getElementById("main");
  for (const before of main.querySelectorAll(":scope > .fault, :scope > .said")) before.remove();
  const told = page.querySelector("#main > .fault");
  if (told) main.prepend(told);
  return told;
}

// Who presses a button while the answer to another is on its way means it for what that answer shows.
let turn = Promise.resolve();
function changeInTurn(form, submitter) {
  const likeIt = `form[data-inplace="${CSS.escape(form.dataset.inplace)}"]`;
  const nth = [...document.querySelectorAll(likeIt)].indexOf(form);
  turn = turn.then(() => {
    const now = document.querySelectorAll(likeIt)[nth];
    const button = submitter && [...(now?.elements ?? [])].find(
      ({ name, value, type }) => type === "submit" && name === submitter.name && value === submitter.value,
    );
    if (now && (button || !submitter)) return changeInPlace(now, button ?? undefined);
  });
}

// A second click while a form is on its way is no second wish. Behind a file the page stays, so that ends by itself.
const SENT_MS = 5000;
const sent = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.inplace || sent.has(form)) event.preventDefault();
  if (form.dataset.inplace) {
    changeInTurn(form, event.submitter);
  } else if (form.method === "post") {
    sent.add(form);
    setTimeout(() => sent.delete(form), SENT_MS);
  }
});
addEventListener("pageshow", (event) => {
  for (const form of event.persisted ? document.forms : []) sent.delete(form);
});

// What a form did is said once: not again when the page is loaded again or its address is handed on.
const address = new URL(location.href);
if (address.searchParams.has("said")) {
  address.searchParams.delete("said");
  history.replaceState(history.state, "", address);
}

// Where the navigation is longer than the window, the line of the page that is open stands in view.
const line = document.querySelector('.side [aria-current="page"]');
const side = line?.closest(".side");
if (side && line.offsetTop + line.offsetHeight > side.clientHeight) {
  side.scrollTop = line.offsetTop - side.clientHeight / 2;
}

document.addEventListener("keydown", (event) => {
  const search = document.querySelector("[data-search]");
  if (event.key === "/" && search && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    search.focus();
  }
});

// Menus close when somebody goes elsewhere, and with Escape, which gives the focus back.
function closeMenus(but) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== but) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A list that is wider than its place can be moved by the keyboard.
function letListsBeMoved() {
  for (const list of document.querySelectorAll(".table, pre")) {
    if (list.scrollWidth > list.clientWidth) {
      list.tabIndex = 0;
      list.setAttribute("role", "region");
      list.setAttribute("aria-label", document.querySelector("h1")?.textContent || document.title);
    }
  }
}

letListsBeMoved();
addEventListener("resize", letListsBeMoved);

// A choice on which other fields depend shows them as soon as somebody has stopped choosing: who types the beginning of
// what they want, or goes down a list by its arrows, chooses several times. Without script "Show again" does the same.
const CHOSEN_MS = 400;
let showing = 0;
document.addEventListener("change", (event) => {
  const name = event.target.matches("[data-refresh]") && event.target.form?.dataset.inplace && event.target.name;
  if (!name) return;
  clearTimeout(showing);
  showing = setTimeout(() => {
    const form = document.querySelector(`[name="${CSS.escape(name)}"]`)?.form;
    const show = form?.querySelector('[name="do"][value="show"]');
    if (show) form.requestSubmit(show);
  }, CHOSEN_MS);
});

// What says `data-again` is fetched again after so many seconds, as long as the new one says so too; not while somebody
// is at work in it or looks elsewhere.
function lookAgain(id, seconds) {
  setTimeout(async () => {
    let part = document.getElementById(id);
    if (!part) return;
    if (!document.hidden && !part.contains(document.activeElement) && !part.querySelector("details[open]")) {
      const answer = await fetch(location.href, { headers: { "X-In-Place": id } });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      if (!found) return;
      part.replaceWith(found);
      part = found;
    }
    if (part.dataset.again) lookAgain(id, Number(part.dataset.again));
  }, seconds * 1000);
}

for (const part of document.querySelectorAll("[data-again]")) lookAgain(part.id, Number(part.dataset.again));
