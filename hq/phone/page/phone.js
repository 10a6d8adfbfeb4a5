// The member's phone: makes a key that never leaves it, has HQ bind it by the link's token (behind the # of the
// address), and shows a fresh L3: code every half minute. docs/protocol.md says what is signed and how it is written.
//
// HQ draws the code, because nothing of others is brought along here. So this page needs the network, as a reference
// may; the portal will draw on the phone itself and works without one.
"use strict";

const TEXTS = {
  title: "Your member code",
  hold: "Hold this to the scanner. A new code comes every 30 seconds.",
  binding: "One moment: this phone is being connected with your card.",
  unbound: "This phone shows no code yet. Ask in the shop for a link to connect it with your card.",
  refused: "This link was used or is too old. Ask for a new one.",
  old: "Your code has ended. Ask in the shop for a new link.",
  offline: "There is no connection, so no code can be drawn. Show your card instead.",
  unable: "This browser can't keep a key safely. Update it, or use another one.",
};
const SHOWN_MS = 30000;
const QUIET_MODULES = 4;
const NONCE_SIZE = 8;
const TOKEN = /^#([0-9A-Z]{32})$/;
const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

const ascii = (text) => new TextEncoder().encode(text);

let hqAheadMs = 0; // of this phone's clock, which may be wrong
let timer = 0;

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

// --- how a code is written -------------------------------------------------------------------------------------------

// The head of a CBOR item (RFC 8949 §3), in its shortest form, for numbers below 2^53.
function head(major, number) {
  const sizes = [[24, 0], [0x100, 1], [0x10000, 2], [0x100000000, 4], [Infinity, 8]];
  const size = sizes.find(([below]) => number < below)[1];
  if (size === 0) return new Uint8Array([(major << 5) | number]);
  return joined(new Uint8Array([(major << 5) | (24 + Math.log2(size))]), u64(number).slice(8 - size));
}

function u64(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

const byteString = (bytes) => joined(head(2, bytes.length), bytes);

// RFC 9285: two bytes are three characters, a last one alone is two.
function base45(bytes) {
  let text = "";
  for (let place = 0; place < bytes.length; place += 2) {
    const isPair = place + 1 < bytes.length;
    let value = isPair ? bytes[place] * 256 + bytes[place + 1] : bytes[place];
    for (let left = isPair ? 3 : 2; left > 0; left--) {
      text += BASE45[value % 45];
      value = Math.floor(value / 45);
    }
  }
  return text;
}

async function phoneCode(phone) {
  const ts = Math.floor((Date.now() + hqAheadMs) / 1000);
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", phone.token));
  const message = joined(ascii("TS-L3"), hash, u64(ts), new Uint8Array([NONCE_SIZE]), nonce);
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", phone.keys.privateKey, message));
  return "L3:" + base45(joined(head(4, 4), byteString(phone.token), head(0, ts), byteString(nonce), byteString(signature)));
}

// --- what the phone keeps --------------------------------------------------------------------------------------------

// One record in IndexedDB: the keys, of which the private one can be used and not read, and HQ's token once it is bound.
function inStore(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("tillside-phone", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("phone");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("phone", mode);
      const request = work(transaction.objectStore("phone"));
      transaction.oncomplete = () => { opening.result.close(); resolve(request.result); };
      transaction.onabort = () => { opening.result.close(); reject(transaction.error); };
    };
  });
}

const kept = () => inStore("readonly", (store) => store.get("me"));
const keep = (phone) => inStore("readwrite", (store) => store.put(phone, "me"));

// --- what it asks of HQ ----------------------------------------------------------------------------------------------

class Refused extends Error {}

async function ask(path, body) {
  const answer = await fetch(path, body === undefined ? {} : { method: "POST", body });
  if (answer.status === 410) throw new Refused();
  if (!answer.ok) throw new Error(`HQ answered ${answer.status}`);
  const found = await answer.json();
  if (Number.isInteger(found.time_ms)) hqAheadMs = found.time_ms - Date.now();
  return found;
}

const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

// The key is kept before it is shown: if HQ's answer is lost, the same phone may ask again with the same link.
async function bound(token) {
  const before = await kept();
  const keys = before && before.link === token
    ? before.keys
    : await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const phone = { keys, link: token, before: before && before.token ? before : null };
  await keep(phone);
  const key = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
  const message = joined(ascii("TS-phone1"), ascii(token), key);
  const proof = new Uint8Array(await crypto.subtle.sign("Ed25519", keys.privateKey, message));
  try {
    const said = await ask("v1/phone/bind", JSON.stringify({ token, key: toBase64(key), proof: toBase64(proof) }));
    const made = { keys, link: token, token: fromBase64(said.token), expiresMs: said.expires_ms };
    await keep(made);
    return made;
  } catch (problem) {
    // A link that does nothing leaves the phone as it was.
    if (problem instanceof Refused && phone.before) await keep(phone.before);
    throw problem;
  }
}

// --- what is shown ---------------------------------------------------------------------------------------------------

function say(words) {
  document.getElementById("words").textContent = words;
}

function draw({ modules, path }) {
  const picture = document.getElementById("code");
  const side = modules + 2 * QUIET_MODULES;
  picture.setAttribute("viewBox", `${-QUIET_MODULES} ${-QUIET_MODULES} ${side} ${side}`);
  picture.querySelector("path").setAttribute("d", path);
  picture.toggleAttribute("hidden", false); // SVG has no property of that name
}

function hide(words) {
  document.getElementById("code").toggleAttribute("hidden", true);
  say(words);
}

async function show(phone) {
  clearTimeout(timer);
  timer = setTimeout(() => show(phone), SHOWN_MS);
  if (Date.now() + hqAheadMs >= phone.expiresMs) return hide(TEXTS.old);
  try {
    draw(await ask("v1/phone/draw", await phoneCode(phone)));
    say(TEXTS.hold);
  } catch {
    hide(TEXTS.offline);
  }
}

async function start() {
  document.getElementById("title").textContent = TEXTS.title;
  document.getElementById("code").setAttribute("aria-label", TEXTS.title);
  const link = TOKEN.exec(location.hash);
  try {
    await ask("v1/health");
    if (link) say(TEXTS.binding);
    let phone = await kept();
    if (link && !(phone && phone.token && phone.link === link[1])) phone = await bound(link[1]);
    if (!phone || !phone.token) return say(TEXTS.unbound);
    history.replaceState(null, "", location.pathname); // the link has done its work
    document.addEventListener("visibilitychange", () => { if (!document.hidden) show(phone); });
    await show(phone);
  } catch (problem) {
    if (problem instanceof Refused) return say(TEXTS.refused);
    say(problem instanceof TypeError ? TEXTS.offline : TEXTS.unable);
  }
}

start();
