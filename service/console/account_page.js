// An account, and an identifier: what is known, how it stands to rings, who uses it.

async function accountPage(name) {
  const [page, decisions] = await Promise.all([
    api(`/v1/accounts/${encodeURIComponent(name)}`),
    api(`/v1/decisions?target=${encodeURIComponent(name)}&history=true`),
  ]);
  const known = Object.entries(page.summary)
    .filter(([key, value]) => key !== "rings" && value !== null && !(Array.isArray(value) && !value.length))
    .map(([key, value]) => [key.replaceAll("_", " "), valueOf(key, value)]);
  const shared = [
    { title: "Kind", cell: (row) => kind(row.label) },
    { title: "Identifier", cell: (row) => nameLink(row.label, row.key) },
    { title: "Members", number: true, cell: (row) => count(row.members) },
    { title: "Others", number: true, cell: (row) => (row.outside === null ? "–" : count(row.outside)) },
    { title: "Only this ring", cell: (row) => (row.owned ? "yes" : "no") },
  ];
  const rings = page.check.rings.map((one) => card(one.ring_id, null,
    h("p", {}, link("rings", one.ring_id), ` (${several(one.size, "account")}): ${bits(one.bits)} bits; ${bits(one.asked)} are to be outweighed.`),
    points([...one.against.map((line) => `Against it: ${line}`), ...one.missing.map((line) => `Missing: ${line}`)]),
    plainTable(`Shared with ${one.ring_id}`, shared, one.shared, "Nothing in common.")));
  const ring = asked().get("ring");
  const why = async () => {
    const found = await api(`/v1/why-not?account=${encodeURIComponent(name)}${ring ? `&ring=${encodeURIComponent(ring)}` : ""}`);
    return [found.lines.length ? points(found.lines) : null, found.lines.length && !found.factors.length ? null : plainTable("Kinds of evidence", [
      { title: "Ring", cell: (row) => link("rings", row.ring_id) },
      { title: "Kind", cell: (row) => row.kind },
      { title: "Bits", number: true, cell: (row) => bits(row.bits) },
      { title: "Lives on it", cell: (row) => (row.lives ? "yes" : "no") },
      { title: "Share of its activity", number: true, cell: (row) => percent(row.share) },
      { title: "Identifiers", number: true, cell: (row) => `${count(row.identifiers)} of ${count(row.ring_identifiers)}` },
    ], found.factors, "It has nothing in common with any ring.")];
  };
  show(h("h1", { tabindex: -1 }, h("span", { class: "eyebrow" }, "Account "), named(name)),
    h("p", { class: "lead" }, `${page.check.outcome}: ${page.check.reason}`),
    h("div", { class: "tools start no-print" },
      h("a", { class: "button", href: `/graph?start=${encodeURIComponent(`Account|${name}`)}` }, "Explore the graph"),
      me.account_link ? h("span", {}, accountLink(name), " in the admin tool") : null),
    card("What is known", null, facts(known)),
    page.check.replaces?.length ? replacesCard(page.check.replaces) : null,
    decideCard("Decisions", decisions.rows, "account", [name], start),
    rings,
    page.membership.length ? card("Why it is in its ring", null, h("pre", { class: "told" }, page.membership.filter((line) => !/ bits {2}[#.]+$/.test(line)).join("\n"))) : null,
    page.check.outcome === "joins" && !ring ? null : later(ring ? `Why not in ${ring}?` : "Why in no ring?",
      "The comparison that detection makes, kind by kind. It reads all that accounts share, which takes a while on large data.", why, "Compare as detection does"));
}

function replacesCard(replaced) {
  return card("It may replace", "It was opened soon after the other lost its access, and has the same identifiers.",
    plainTable("Accounts it may replace", [
      { title: "Account", cell: (row) => nameLink("Account", row.account_id) },
      { title: "Status", cell: (row) => named(row.status) },
      { title: "Hours after", number: true, cell: (row) => bits(row.hours_after) },
      { title: "Shared", cell: (row) => row.shared.map((one, at) => [at ? ", " : "", kind(one.label), " ", nameLink(one.label, one.key)]) },
    ], replaced, ""));
}

const points = (lines) => h("ul", { class: "points" }, lines.map((line) => h("li", {}, line)));

function valueOf(key, value) {
  if (Array.isArray(value)) return value.join(", ");
  return /_at$/.test(key) ? moment(value) : named(value);
}

async function identifierPage(label, key) {
  const page = await api(`/v1/identifier?label=${encodeURIComponent(label)}&key=${encodeURIComponent(key)}`);
  const known = page.known;
  const users = page.users.neighbours;
  show(h("h1", { tabindex: -1 }, h("span", { class: "eyebrow" }, `${kind(label)} `), named(key)),
    h("p", { class: "lead" }, `Used by ${several(known.accounts, "account")}, ${several(users.filter((row) => row.ring_id).length, "member")} of rings among those below.`,
      known.verdict ? ` Detection says: ${known.verdict}.` : ""),
    h("div", { class: "tools start no-print" },
      h("a", { class: "button", href: `/graph?start=${encodeURIComponent(`${label}|${key}`)}` }, "Explore the graph")),
    known.reasons?.length ? card("What detection says of it", null, points(known.reasons)) : null,
    pinCard(known, start),
    card("Who uses it", page.users.in_all > users.length ? `Shown are ${count(users.length)} of ${count(page.users.in_all)}; members of rings and the most active come first.` : null,
      sortable({
        caption: "Accounts that use it", part: 25, rows: users, none: "Nobody uses it.", columns: [
          { title: "Account", heads: true, value: (row) => row.key, cell: (row) => nameLink("Account", row.key) },
          { title: "Events", number: true, value: (row) => row.events, cell: (row) => count(row.events) },
          { title: "Ring", value: (row) => row.ring_id, cell: (row) => (row.ring_id ? link("rings", row.ring_id) : "–") },
          { title: "Status", value: (row) => row.status, cell: (row) => (row.status ? named(row.status) : "–") },
          { title: "Opened", wide: true, value: (row) => row.created_at, cell: (row) => day(row.created_at) },
          { title: "Seen last", wide: true, value: (row) => row.last_seen, cell: (row) => day(row.last_seen) },
        ],
      }).element));
}
