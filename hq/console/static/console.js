// The console's only script. Every page works without it; with it, forms marked `data-inplace` change a part of the page
// and leave the focus where it was.
"use strict";

async function changeInPlace(form, submitter) {
  const id = form.dataset.inplace;
  const body = new URLSearchParams(new FormData(form, submitter));
  const how = form.method === "post" ? { method: "POST", body } : {};
  const action = submitter?.formAction || form.action;
  const address = form.method === "post" ? action : `${action.split("?")[0]}?${body}`;
  const answer = await fetch(address, { ...how, headers: { "X-In-Place": id } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById(id);
  const old = document.getElementById(id);
  if (!found || !old) {
    location.assign(answer.url);
    return;
  }
  const { id: focusedId, name: focused } = document.activeElement ?? {};
  old.replaceWith(found);
  const again = (focusedId && found.querySelector(`#${CSS.escape(focusedId)}`))
    || (focused && focused !== "do" && found.querySelector(`[name="${CSS.escape(focused)}"]`));
  (again || found).focus({ preventScroll: true });
}

document.addEventListener("submit", (event) => {
  if (event.target.dataset.inplace) {
    event.preventDefault();
    changeInPlace(event.target, event.submitter);
  }
});

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
