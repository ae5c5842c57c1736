// What every page of the console uses: who asks, the API, links, messages, keys.
// All text is set as text; nothing of the data is markup.

const main = document.getElementById("main");
let me = { may: [], csrf: null };
const may = (what) => me.may.includes(what);
const path = (kind, ...names) => `/${[kind, ...names.map(encodeURIComponent)].join("/")}`;
const link = (kind, name, text = name) => h("a", { href: path(kind, name), class: "name" }, clean(text));
const moment = (iso) => (iso ? iso.replace("T", " ").slice(0, 16) : "–");
const asked = () => new URLSearchParams(location.search);

class Problem extends Error {
  constructor(status, message, hint) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

async function api(place, { method = "GET", body = null } = {}) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (method !== "GET" && me.csrf) headers["X-CSRF-Token"] = me.csrf;
  let answer;
  try {
    answer = await fetch(place, { method, headers, body: body && JSON.stringify(body), credentials: "same-origin" });
  } catch {
    throw new Problem(0, "The service does not answer.", "Check the connection, then try again.");
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({ error: `The service answered ${answer.status}.` }));
  if (!answer.ok) throw new Problem(answer.status, told.error, told.hint);
  return told;
}
const send = (place, body, method = "POST") => api(place, { method, body });

// Names lead to their pages. Without the right to see names there are pseudonyms, which lead nowhere.
function linkNames() {
  if (!may("see names")) return;
  PAGES.Account = (name) => link("accounts", name);
  PAGES.identifier = (label, key) => (label in KINDS && /^[A-Z][a-z]/.test(label)
    ? h("a", { href: path("identifiers", label, key), class: "name" }, short(clean(key), LONGEST)) : null);
  PAGES.Ring = (name) => link("rings", name);
  PAGES.Campaign = (name) => named(name);
}

function show(title, ...content) {
  document.title = `${clean(title)} · ringleader`;
  tables.clear();
  const heading = title instanceof Node ? title : h("h1", { tabindex: -1 }, title);
  main.replaceChildren(heading, ...content.flat().filter(Boolean));
  main.removeAttribute("aria-busy");
  say(title);
}

function waiting(text = "Loading…") {
  main.setAttribute("aria-busy", "true");
  main.replaceChildren(h("p", { class: "wait", role: "status" }, text));
}

function problem(error) {
  return h("div", { class: "problem", role: "alert" },
    h("p", {}, error.message), error.hint ? h("p", {}, error.hint) : null);
}

function failed(error) {
  if (error.status === 401) return enter(me.name ? "The session has ended." : "");
  show("This did not work", problem(error), h("button", { type: "button", onclick: () => start() }, "Try again"));
  return undefined;
}

function enter(message = "", provider = false) {
  me = { may: [], csrf: null };
  document.getElementById("who").textContent = "";
  document.getElementById("leave").hidden = true;
  const field = h("input", { type: "password", id: "token", autocomplete: "off", required: true });
  const told = h("div", {}, message ? h("p", { class: "problem", role: "alert" }, message) : null);
  const submit = async (event) => {
    event.preventDefault();
    try {
      await send("/v1/session", { token: field.value.trim() });
      start.last = null;
      // A cookie with Secure is kept over https, and over http on this machine only.
      await start("This browser keeps no session here: open the service by https.");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      told.replaceChildren(problem(error.status === 401 ? new Problem(401, "The token is not known.", null) : error));
    }
  };
  show("Sign in", h("form", { class: "card enter", onsubmit: submit }, told,
    h("label", { for: "token" }, "Token"), field,
    h("p", { class: "about" }, "ringleader serve token add NAME --role analyst prints one. The session ends after an hour without use."),
    h("button", { class: "main" }, "Sign in"),
    provider ? h("p", {}, h("a", { href: "/login" }, "Sign in with your organization’s account")) : null));
  field.focus();
  return undefined;
}

// Columns have a title and a cell; `number` aligns right, `wide` is left out on phones.
function plainTable(caption, columns, rows, none) {
  const classes = (column) => [column.number ? "number" : "", column.wide ? "wide" : "", column.name ?? ""].join(" ").trim() || null;
  if (!rows.length) return h("p", { class: "none" }, none);
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, h("table", {},
    h("caption", { class: "unseen" }, caption),
    h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: classes(column) }, column.title)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, columns.map((column) => h("td", { class: classes(column) }, column.cell(row))))))));
}

function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([fact, value]) => h("div", {}, h("dt", {}, fact), h("dd", {}, value))));
}

const state = (word, text = word) => h("span", { class: `state ${word.replaceAll(" ", "-")}` }, text);

// The answer, in the clipboard; where a browser has none for this page, in a field to copy from.
async function copyText(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
    near.textContent = "Copied";
  } catch {
    const area = h("textarea", { readonly: true, rows: 12, "aria-label": "Text to copy" });
    area.value = text;
    near.replaceWith(area);
    area.select();
    say("Selected; copy with the keyboard");
  }
}

// A card whose content comes later.
function later(title, about, read, button = null) {
  const box = h("div", { "aria-live": "polite" });
  const go = async () => {
    box.replaceChildren(h("p", { class: "about" }, "Loading…"));
    try {
      const found = await read();
      box.replaceChildren(...[found].flat().filter(Boolean));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      box.replaceChildren(problem(error), h("button", { type: "button", onclick: go }, "Try again"));
    }
  };
  if (button) box.append(h("button", { type: "button", onclick: go }, button));
  else go();
  return card(title, about, box);
}
