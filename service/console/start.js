// Which page is shown follows from the address.

const PLACES = {
  "": queuePage, changes: changesPage, search: searchPage, ask: askPage, graph: explorePage, compare: comparePage,
  runs: runsPage, jobs: jobsPage, rings: ringPage, accounts: accountPage, identifiers: identifierPage,
};
let showing = 0;

async function start(without = "") {
  showing += 1;
  const mine = showing;
  const keep = window.scrollY;
  const again = start.last === location.href;
  start.last = location.href;
  if (!again) waiting();
  try {
    const found = await api("/v1/session");
    if (!found.me) {
      enter(typeof without === "string" ? without : "", found.provider);
      return;
    }
    me = found.me;
    nameIdentifiers(me.words);
    Object.assign(FAMILY_OF, me.words.families);
    linkNames();
    document.getElementById("who").textContent = `${me.name}, ${me.role}`;
    document.getElementById("leave").hidden = !me.csrf;
    for (const part of document.querySelectorAll("[data-may]")) part.hidden = !may(part.dataset.may);
    const [place, ...names] = location.pathname.slice(1).split("/").map(decodeURIComponent);
    for (const one of document.querySelectorAll(".places a")) {
      if (one.pathname.slice(1) === place) one.setAttribute("aria-current", "page");
      else one.removeAttribute("aria-current");
    }
    const shown = PLACES[place] ?? queuePage;
    // A key of an identifier may hold slashes.
    await (place === "identifiers" ? shown(names[0], names.slice(1).join("/")) : shown(names.join("/")));
    if (mine === showing && again) window.scrollTo(0, keep);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (mine === showing) failed(error);
  }
}

function go(address, instead = false) {
  history[instead ? "replaceState" : "pushState"](null, "", address);
  return start();
}
window.addEventListener("popstate", () => start());

document.getElementById("leave").addEventListener("click", async () => {
  await api("/v1/session", { method: "DELETE" }).catch(() => {});
  me = { may: [], csrf: null };
  go("/");
});
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = document.getElementById("wanted").value.trim();
  if (wanted) go(`/search?q=${encodeURIComponent(wanted)}`);
});

// Keys that work where nobody is typing.
const KEYS = {
  j: ["next row", () => move(1)],
  k: ["row before", () => move(-1)],
  x: ["choose the row", () => main.querySelector("tr.here .pick-row")?.click()],
  a: ["take the ring", () => document.getElementById("take")?.click()],
  d: ["decide", () => main.querySelector("form.decide input[type=radio]")?.focus()],
  "/": ["search", () => document.getElementById("wanted").focus()],
  "?": ["these keys", () => keysShown()],
};
function move(by) {
  const rows = [...main.querySelectorAll("tbody tr")].filter((row) => row.querySelector("a"));
  const at = rows.findIndex((row) => row.classList.contains("here"));
  const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  rows[at]?.classList.remove("here");
  next?.classList.add("here");
  next?.querySelector("a")?.focus();
}
function keysShown() {
  const box = document.getElementById("keys");
  box.replaceChildren(h("h2", {}, "Keys"), h("dl", { class: "keys-list" }, Object.entries(KEYS).map(([key, [what]]) =>
    h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)))),
  h("form", { method: "dialog" }, h("button", {}, "Close")));
  box.showModal();
}
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const found = KEYS[event.key];
  if (!found || event.defaultPrevented) return;
  event.preventDefault();
  found[1]();
});
start();
