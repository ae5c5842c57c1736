// The console: pages of this service's API. All text is set as text; nothing of the data is markup.
const main = document.getElementById("main");
const KEY = "ringleader-token";
const token = () => sessionStorage.getItem(KEY);

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const say = (text) => { document.getElementById("said").textContent = text; };
const number = (value, digits = 0) =>
  value === null || value === undefined ? "" : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const day = (text) => (text ? text.replace("T", " ").slice(0, 16) : "");
const path = (kind, name) => `/${kind}/${encodeURIComponent(name)}`;
const link = (kind, name, text = name) => make("a", { href: path(kind, name), class: "name" }, text);

class Problem extends Error {
  constructor(status, message, hint) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

async function api(place, body) {
  const headers = { Authorization: `Bearer ${token()}` };
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(place, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem(0, "The service does not answer.", "Check the connection, then try again.");
  }
  const told = await answer.json().catch(() => ({ error: `The service answered ${answer.status}.` }));
  if (!answer.ok) throw new Problem(answer.status, told.error, told.hint);
  return told;
}

function show(title, ...content) {
  document.title = `${title} · ringleader`;
  main.replaceChildren(make("h1", { tabindex: "-1" }, title), ...content.filter(Boolean));
  say(title);
}

function failed(problem) {
  if (problem.status === 401) return enter("The token is not known.");
  const again = make("button", { on: { click: start } }, "Try again");
  const hint = problem.hint ? make("p", {}, problem.hint) : null;
  show("This did not work", make("div", { class: "problem", role: "alert" }, make("p", {}, problem.message), hint), again);
  return undefined;
}

function enter(message = "") {
  const field = make("input", { type: "password", id: "token", autocomplete: "off", required: true });
  const send = (event) => {
    event.preventDefault();
    sessionStorage.setItem(KEY, field.value.trim());
    start();
  };
  show(
    "Sign in",
    make(
      "form", { class: "card enter", on: { submit: send } },
      message ? make("p", { class: "problem", role: "alert" }, message) : null,
      make("label", { for: "token" }, "Token"),
      field,
      make("p", { class: "about" }, "ringleader serve token add NAME --role analyst prints one. It is kept until this tab is closed."),
      make("button", {}, "Sign in"),
    ),
  );
  field.focus();
}

function table(columns, rows, empty) {
  if (!rows.length) return make("p", { class: "none" }, empty);
  const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col", class: column.class }, column.title)));
  const body = rows.map((row) => make("tr", {}, ...columns.map((column) => make("td", { class: column.class }, column.cell(row) ?? ""))));
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
}

const card = (title, ...content) => make("section", { class: "card" }, make("h2", {}, title), ...content);
const tiles = (facts) =>
  make("dl", { class: "tiles" }, ...facts.map(([name, value]) => make("div", { class: "tile" }, make("dt", {}, name), make("dd", {}, value))));
// Bars that lines have for a terminal are left out: tiles and evidence show them.
const words = (lines) =>
  make("pre", { class: "told" }, lines.filter((line) => !/ bits {2}[#.]+$/.test(line)).join("\n"));
const chips = (families) =>
  make("ul", { class: "legend" }, ...families.map((name) => make("li", { class: `chip f-${name}` }, name)));

const STATES = {
  all: () => true,
  waiting: (ring) => ring.state === "waiting",
  new: (ring) => ring.change === "new" || ring.change === "returned" || ring.state === "returned",
  grown: (ring) => ring.change === "grown",
  watched: (ring) => ring.state === "watched",
  decided: (ring) => ring.state === "confirmed" || ring.state === "rejected",
};

async function queue() {
  const asked = new URLSearchParams(location.search);
  const state = asked.get("state") in STATES ? asked.get("state") : "all";
  const words = (asked.get("q") || "").toLowerCase();
  const week = new Date(Date.now() - 7 * 864e5).toISOString().slice(0, 19);
  const [{ rows, messages }, changed] = await Promise.all([
    api("/v1/rings?limit=1000&rejected=true"),
    api(`/v1/changes?since=${encodeURIComponent(week)}&limit=1000`),
  ]);
  const change = new Map(changed.rows.filter((row) => row.ring_id && row.joined !== null).map((row) => [row.ring_id, row]));
  const rings = rows.map((ring) => ({ ...ring, state: ring.review || "waiting", change: change.get(ring.ring_id)?.change }));
  const found = rings.filter(STATES[state]).filter((ring) => !words || ring.ring_id.includes(words) || (ring.campaign_id || "").includes(words));
  const filters = make(
    "nav", { class: "filters", "aria-label": "State" },
    ...Object.keys(STATES).map((name) =>
      make("a", { href: name === "all" ? "/" : `/?state=${name}`, "aria-current": `${name === state}` }, `${name} ${number(rings.filter(STATES[name]).length)}`)),
  );
  const columns = [
    { title: "Ring", cell: (ring) => link("rings", ring.ring_id) },
    { title: "Accounts", class: "number", cell: (ring) => number(ring.size) },
    { title: "Bits", class: "number", cell: (ring) => number(ring.score, 1) },
    { title: "Evidence", class: "hide-narrow", cell: (ring) => chips(ring.families) },
    { title: "State", cell: (ring) => make("span", { class: `state ${ring.state}` }, ring.state) },
    { title: "This week", cell: (ring) => weekOf(change.get(ring.ring_id)) },
    { title: "Opened last", class: "hide-narrow", cell: (ring) => day(ring.opened_last) },
  ];
  show(
    "Queue",
    make("p", { class: "lead" }, `${number(found.length)} of ${number(rings.length)} rings, the strongest first. j and k move, Enter opens.`),
    filters,
    make("section", { class: "card" }, table(columns, found, messages[0] || "No ring has this state.")),
  );
}

function weekOf(row) {
  if (!row) return "";
  const detail = row.change === "grown" || row.change === "shrunk" ? ` +${row.joined} −${row.left}` : "";
  return make("span", { class: `state ${row.change}` }, `${row.change}${detail}`);
}

async function ring(name) {
  const [page, decisions] = await Promise.all([
    api(`/v1/rings/${encodeURIComponent(name)}`),
    api(`/v1/decisions?target=${encodeURIComponent(name)}&history=true`),
  ]);
  const most = Math.max(...page.evidence.map((row) => row.bits), 1e-9);
  const bar = (row) => {
    const meter = make("div", { class: `meter f-${row.family}` });
    meter.style.width = `${Math.max((100 * row.bits) / most, 0.5)}%`;
    return meter;
  };
  const evidence = [
    { title: "Evidence", cell: (row) => make("span", { class: `chip f-${row.family} name` }, row.evidence) },
    { title: "Bits", class: "number", cell: (row) => number(row.bits, 1) },
    { title: "", class: "adds hide-narrow", cell: bar },
    { title: "Members", class: "number", cell: (row) => number(row.members) },
    { title: "Outsiders", class: "number", cell: (row) => (row.outside ? make("span", { class: "outside" }, number(row.outside)) : "0") },
  ];
  const members = [
    { title: "Account", cell: (row) => link("accounts", row.account_id) },
    { title: "Bits", class: "number", cell: (row) => number(row.score, 1) },
    { title: "Status", cell: (row) => row.status },
    { title: "Opened", cell: (row) => day(row.created_at) },
  ];
  const history = [
    { title: "When", cell: (row) => day(row.at) },
    { title: "What", cell: (row) => row.event || "changed" },
    { title: "Other ring", cell: (row) => (row.other_ring ? link("rings", row.other_ring) : "") },
    { title: "Accounts", class: "number", cell: (row) => number(row.size) },
    { title: "Joined", class: "number", cell: (row) => number(row.joined) },
    { title: "Left", class: "number", cell: (row) => number(row.left) },
  ];
  show(
    name,
    tiles([
      ["Accounts", number(page.members.length)],
      ["Bits", number(page.score, 1)],
      ...Object.entries(page.families).map(([family, bits]) => [family, number(bits, 1)]),
    ]),
    card("In words", words(page.lines)),
    decisionForm(name, decisions.rows, page.members.length),
    card("Evidence", table(evidence, page.evidence, "No evidence is kept.")),
    card("Members", table(members, page.members, "No members.")),
    card("History", table(history, page.history, "No history.")),
  );
}

async function account(name) {
  const [page, decisions] = await Promise.all([
    api(`/v1/accounts/${encodeURIComponent(name)}`),
    api(`/v1/decisions?target=${encodeURIComponent(name)}&history=true`),
  ]);
  const facts = Object.entries(page.summary).filter(([, value]) => value !== null && !(Array.isArray(value) && !value.length));
  const shared = [
    { title: "Kind", cell: (row) => row.label },
    { title: "Identifier", cell: (row) => make("span", { class: "name" }, row.key) },
    { title: "Members", class: "number", cell: (row) => number(row.members) },
    { title: "Others", class: "number", cell: (row) => number(row.outside) },
    { title: "Only this ring", cell: (row) => (row.owned ? "yes" : "no") },
  ];
  const rings = page.check.rings.map((one) =>
    card(
      one.ring_id,
      make("p", {}, link("rings", one.ring_id), ` (${number(one.size)} accounts): ${number(one.bits, 1)} bits; ${number(one.asked, 1)} are to be outweighed.`),
      make("ul", { class: "points" }, ...[...one.against.map((line) => `Against it: ${line}`), ...one.missing.map((line) => `Missing: ${line}`)].map((line) => make("li", {}, line))),
      table(shared, one.shared, "Nothing in common."),
    ));
  show(
    name,
    make("p", { class: "lead" }, `${page.check.outcome}: ${page.check.reason}`),
    card("What is known", make("dl", { class: "facts" }, ...facts.map(([key, value]) =>
      make("div", {}, make("dt", {}, key.replaceAll("_", " ")), make("dd", {}, Array.isArray(value) ? value.join(", ") : `${value}`))))),
    decisionForm(name, decisions.rows, 1),
    ...rings,
    page.membership.length ? card("Why it is in its ring", words(page.membership)) : null,
  );
}

const EFFECT = {
  confirm: (size) => `${size === 1 ? "The account stays" : `The ${number(size)} accounts stay`} in the ring from the next run on, whatever later data say.`,
  reject: (size) => `What ${size === 1 ? "the account" : `these ${number(size)} accounts`} used until now counts no more. The next run removes ${size === 1 ? "it from its ring" : "the ring"}; other identifiers may bring it back.`,
  watch: () => "Nothing changes but what lists show.",
};

function decisionForm(target, before, size, message = "") {
  const known = before.map((row) => row.review_id).join();
  const list = table(
    [
      { title: "When", cell: (row) => day(row.decided_at) },
      { title: "Verdict", cell: (row) => make("span", { class: `state ${row.verdict}` }, row.verdict) },
      { title: "By", cell: (row) => row.decided_by },
      { title: "Note", cell: (row) => row.note },
    ],
    before, "Nobody has decided yet.");
  if (!me.may.includes("decide")) return card("Decisions", list);
  const effect = make("p", { class: "about", id: "effect" }, "Choose what to decide; its effect is shown here first.");
  const told = make("div", { role: "alert" }, message ? make("p", { class: "problem" }, message) : null);
  const note = make("textarea", { id: "note", required: true, maxlength: 4096 });
  const choices = Object.keys(EFFECT).map((verdict) =>
    make("label", {}, make("input", { type: "radio", name: "verdict", value: verdict, required: true, on: { change: () => { effect.textContent = EFFECT[verdict](size); } } }), verdict));
  const send = async (event) => {
    event.preventDefault();
    const verdict = new FormData(event.target).get("verdict");
    try {
      const now = await api(`/v1/decisions?target=${encodeURIComponent(target)}&history=true`);
      if (now.rows.map((row) => row.review_id).join() !== known) {
        const last = now.rows[0];
        const meanwhile = `${last.decided_by} decided meanwhile: ${last.verdict}, "${last.note}". Read it, then decide again.`;
        section.replaceWith(decisionForm(target, now.rows, size, meanwhile));
        return;
      }
      await api("/v1/decisions", { targets: [target], verdict, note: note.value });
      await start();
      say("Decided.");
    } catch (problem) {
      told.replaceChildren(make("p", { class: "problem" }, `${problem.message} ${problem.hint || ""}`));
    }
  };
  const form = make(
    "form", { class: "decide", on: { submit: send } },
    make("div", { class: "choices", role: "radiogroup", "aria-label": "Decision" }, ...choices),
    effect,
    make("label", { for: "note" }, "Note: why, so that somebody else can follow"),
    note,
    make("div", {}, make("button", {}, "Decide")),
  );
  const section = card("Decisions", list, told, form);
  return section;
}

async function changes() {
  const since = new URLSearchParams(location.search).get("since") || new Date(Date.now() - 864e5).toISOString().slice(0, 10);
  const { rows } = await api(`/v1/changes?since=${encodeURIComponent(since)}`);
  const columns = [
    { title: "What", cell: (row) => make("span", { class: `state ${row.change}` }, row.change) },
    { title: "Ring", cell: (row) => (row.ring_id ? link("rings", row.ring_id) : row.campaign_id) },
    { title: "Accounts", class: "number", cell: (row) => number(row.size) },
    { title: "Joined", class: "number", cell: (row) => number(row.joined) },
    { title: "Left", class: "number", cell: (row) => number(row.left) },
    { title: "By whom", cell: (row) => make("span", {}, ...row.accounts.slice(0, 20).flatMap((name) => [link("accounts", name), " "]), row.accounts.length > 20 ? `and ${number(row.accounts.length - 20)} more` : "") },
    { title: "Other ring", cell: (row) => (row.other ? link("rings", row.other) : "") },
    { title: "When", cell: (row) => day(row.at) },
  ];
  const field = make("input", { id: "since", name: "since", value: since });
  show(
    "Changes",
    make("form", { class: "list-head", action: "/changes", method: "get" }, make("label", { for: "since" }, "Since (run or date)"), field, make("button", {}, "Show")),
    make("section", { class: "card" }, table(columns, rows, "Nothing changed.")),
  );
}

let me = { may: [] };
async function start() {
  if (!token()) return enter();
  try {
    me = await api("/v1/me");
    document.getElementById("who").textContent = `${me.name}, ${me.role}`;
    document.getElementById("leave").hidden = false;
    const [, kind, name] = location.pathname.split("/");
    if (kind === "rings" && name) await ring(decodeURIComponent(name));
    else if (kind === "accounts" && name) await account(decodeURIComponent(name));
    else if (kind === "changes") await changes();
    else await queue();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    failed(problem);
  }
  return undefined;
}

document.getElementById("leave").addEventListener("click", () => { sessionStorage.removeItem(KEY); location.assign("/"); });
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = document.getElementById("wanted").value.trim();
  if (wanted) location.assign(path(wanted.startsWith("ring-") ? "rings" : "accounts", wanted));
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") { event.preventDefault(); document.getElementById("wanted").focus(); return; }
  const rows = [...main.querySelectorAll("tbody tr")];
  const at = rows.findIndex((row) => row.classList.contains("here"));
  if (event.key === "j" || event.key === "k") {
    const next = rows[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), rows.length - 1)];
    rows[at]?.classList.remove("here");
    next?.classList.add("here");
    next?.querySelector("a")?.focus();
  }
});
start();
