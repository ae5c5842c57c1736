// What every part of the page uses: its data, its elements, its words.
// Names in the data are whatever somebody typed at a sign-up form. They become text nodes and
// attribute values, never markup.

// What accounts can share comes with the data (nameIdentifiers): a letter for each kind of evidence,
// and what people call each kind of identifier.
const FAMILIES = {};
const KINDS = {
  Subnet: "subnet",
  Proxy: "proxy",
  CONTACTED: "contact",
  others: "smaller evidence",
  referred: "referrals",
  invited: "invitations",
  transferred: "transfers",
};
const USES = {
  referred: "referrals",
  invited: "invitations",
  transferred: "transfers",
};
// Controls, and marks that change the direction of what follows, could make a name look like another.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const LONGEST = 160;

async function unpack(name) {
  const packed = atob(document.getElementById(`data-${name}`).textContent);
  const bytes = new Uint8Array(packed.length);
  for (let at = 0; at < packed.length; at += 1) bytes[at] = packed.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function nameIdentifiers({ letters, kinds, uses }) {
  Object.assign(FAMILIES, letters);
  Object.assign(KINDS, kinds);
  Object.assign(USES, uses);
}

function clean(text) {
  return String(text).replace(HIDDEN, "\ufffd");
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : clean(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : clean(child));
  }
  return element;
}

function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  return filled(element, attributes, children);
}

// A name from the data, apart from the direction of the words around it.
function named(name) {
  const text = String(name);
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return h("bdi", { class: "name", title: shown === text ? null : text.slice(0, 2000) }, shown);
}

// The address of a ring in the report: its id.
function ringAddress(ring) {
  return `#${encodeURIComponent(ring.id)}`;
}

// An id of ours. In lists on phones it is shown with six characters of its hash; its page has all.
function shortId(name) {
  const parts = /^((?:ring|campaign)-[0-9a-f]{6})([0-9a-f]{6,})((?:-\d+)?)$/.exec(name);
  if (!parts) return named(name);
  return h("bdi", { class: "name", title: name }, parts[1], h("span", { class: "rest" }, parts[2]), parts[3]);
}

// A name that leads to the page of what it names, where there are such pages.
const PAGES = {};

function nameLink(label, name) {
  return PAGES[label] ? PAGES[label](name) : PAGES.identifier?.(label, name) ?? named(name);
}

function short(name, length) {
  const text = String(name);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function count(number) {
  return number === null || number === undefined ? "–" : number.toLocaleString("en");
}

function several(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

function bits(number) {
  return number.toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function percent(part) {
  const value = 100 * part;
  return `${value >= 10 || value === 0 ? Math.round(value) : value.toFixed(1)}%`;
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
});
const MINUTE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
  timeZone: "UTC",
});

function day(iso) {
  return iso ? DAY.format(new Date(iso)) : "–";
}

function minute(iso) {
  return iso ? `${MINUTE.format(new Date(iso))} UTC` : "–";
}

function days(from, to) {
  if (!from) return "–";
  return day(from) === day(to) ? day(from) : `${day(from)} – ${day(to)}`;
}

function hour(number) {
  return `${String(number % 24).padStart(2, "0")}:00`;
}

function kind(label) {
  return KINDS[label] ?? label;
}

function chip(family, ...more) {
  return h("span", { class: `chip f-${family}` }, family, more);
}

// Positions are set on the element: the policy forbids style attributes in markup.
function placed(element, { left, width }) {
  if (left !== undefined) element.style.left = `${left}%`;
  element.style.width = `${width}%`;
  return element;
}

function say(text) {
  document.getElementById("said").textContent = clean(text);
}

function card(title, about, ...content) {
  const id = `h-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return h("section", { class: "card", "aria-labelledby": id },
    h("h2", { id }, title), about ? h("p", { class: "about" }, about) : null, content);
}

function tiles(facts) {
  return h("dl", { class: "tiles" }, facts.map(([term, value, note]) =>
    h("div", { class: "tile" }, h("dt", {}, term), h("dd", {}, value),
      note ? h("dd", { class: "note" }, note) : null)));
}
