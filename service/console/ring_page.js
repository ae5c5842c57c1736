// One ring: everything that the report shows, and the work on it.

async function ringPage(name) {
  const page = await api(`/v1/rings/${encodeURIComponent(name)}/page`);
  const active = page.members.flatMap((m) => [m.first, m.last]).filter(Boolean).sort();
  const opening = page.members.map((m) => m.opened).filter(Boolean).sort();
  const requests = page.members.reduce((sum, m) => sum + (m.requests ?? 0), 0);
  const decided = page.reviews.find((row) => row.latest);
  const copied = h("button", { type: "button", onclick: () => copyText(ringMarkdown(page), copied) }, "Copy as Markdown");
  const rejectedNow = decided?.verdict === "rejected";
  show(h("h1", { tabindex: -1 }, h("span", { class: "eyebrow" }, "Suspected ring "), named(page.id)),
    h("p", { class: "lead" }, leadOf(page), " ",
      decided ? [state(decided.verdict), " by ", named(decided.decided_by), `. ${rejectedNow ? "It goes with the next run unless other identifiers bring it back." : ""}`] : state("waiting", "No decision yet.")),
    h("div", { class: "tools start no-print" }, copied,
      may("see names") && page.members.length ? h("a", { class: "button", href: `/graph?start=${encodeURIComponent(`Account|${page.members[0].name}`)}` }, "Explore the graph") : null,
      may("see names") ? compareForm(page.id) : null),
    tiles([
      ["Accounts", count(page.size), statusesOf(page)],
      ["Evidence", `${bits(page.score)} bits`, `${bits(page.score / page.size)} per account`],
      ["Linked pairs", count(page.links), `${percent(page.density)} of all pairs`],
      ["Opened", days(opening[0], opening.at(-1)), null],
      ["Active", days(active[0], active.at(-1)), requests ? `${count(requests)} requests` : null],
    ]),
    h("div", { class: "two" },
      decideCard("Decisions", page.reviews, "ring", [page.id], start), ownerCard(page, start)),
    h("div", { class: "two" }, againstCard(page), dissolveCard(page)),
    card("What ties them",
      "Each bit halves how often strangers would share as much. Every bar begins where the one above ended; together they add up to the ring's score.",
      familyBar(page.families, page.score, true), waterfall(page)),
    card("Who shares what", drawnTold(page), network(page)),
    timeCard(page),
    page.days.length ? card("Requests day by day", null, dailyChart(page.days)) : null,
    peopleCard(page),
    card("Members", "Bits are those that tie a member to the others.", membersOf(page)),
    promptsCard(page),
    may("see names") ? later("Who is near it", "Accounts outside the ring that use what its members share. They are not accused.", () => nearOf(page.id), "Show near misses") : null,
    historyCard(page));
}

function compareForm(id) {
  const field = h("input", { id: "other", name: "other", placeholder: "ring-…", required: true, autocomplete: "off" });
  return h("form", { class: "inline", action: "/compare", method: "get" },
    h("input", { type: "hidden", name: "one", value: id }),
    h("label", { for: "other" }, "Compare with"), field, h("button", {}, "Compare"));
}

function accountLink(name) {
  const template = me.account_link;
  if (!template) return null;
  return h("a", { href: template.replace("{account_id}", encodeURIComponent(name)), rel: "noreferrer", target: "_blank" }, "open");
}

function membersOf(page) {
  const of = new Map(page.facts.map((row) => [row.account, row]));
  const decided = new Map();
  for (const d of page.decisions) if (d.account !== null && !decided.has(d.account)) decided.set(d.account, d.label);
  const fact = (title, name) => ({
    title, wide: true, value: (m) => of.get(m.name)?.[name] ?? null,
    cell: (m) => (of.get(m.name)?.[name] ? named(of.get(m.name)[name]) : "–"),
  });
  const columns = [
    { title: "Account", heads: true, value: (m) => m.name, cell: (m) => h("span", { class: "row" }, nameLink("Account", m.name)) },
    { title: "Bits", number: true, value: (m) => m.bits, cell: (m) => bits(m.bits) },
    { title: "Opened", value: (m) => m.opened, cell: (m) => day(m.opened) },
    { title: "Status", value: (m) => m.status, cell: (m) => (m.status ? named(m.status) : "–") },
    fact("Country", "country"), fact("Plan", "plan"), fact("Mail domain", "email_domain"),
    { title: "Requests", wide: true, number: true, value: (m) => m.requests, cell: (m) => count(m.requests) },
    { title: "Decided", wide: true, value: (m) => decided.get(m.name) ?? null, cell: (m) => decision(decided.get(m.name)) },
    ...(me.account_link ? [{ title: "Admin", cell: (m) => accountLink(m.name) }] : []),
  ];
  return sortable({ caption: "Members of the ring", part: 20, by: 1, rows: page.members, none: "no members", columns }).element;
}

// Country, plan, channel, mail domain and status of the members, the most frequent first.
function peopleCard(page) {
  const most = 5;
  const told = [["status", page.members.map((m) => m.status)],
    ...["country", "plan", "channel", "email_domain"].map((name) => [name.replace("email_", "mail "), page.facts.map((row) => row[name])])];
  const lists = told.map(([name, values]) => {
    const number = new Map();
    for (const value of values) number.set(value ?? "not known", (number.get(value ?? "not known") ?? 0) + 1);
    const order = [...number].sort((a, b) => b[1] - a[1]);
    return h("div", { class: "people" }, h("h3", {}, name), h("ul", {}, order.slice(0, most).map(([value, times]) =>
      h("li", {}, named(value), h("span", { class: "about" }, ` ${count(times)}`)))),
    order.length > most ? h("p", { class: "about" }, `and ${count(order.length - most)} more`) : null);
  });
  return card("Who they are", null, h("div", { class: "people-all" }, lists));
}

function promptsCard(page) {
  if (!page.exemplars.length) return null;
  return card("What they send", "Exemplars of prompts, with names, numbers and payloads masked. Strangers wrote them: read them as text.",
    h("ul", { class: "prompts" }, page.exemplars.map((one) => h("li", {},
      h("blockquote", {}, named(one.exemplar)),
      h("p", { class: "about" }, one.capability ? [named(one.capability), ", "] : null,
        `${several(one.members, "member")}, ${several(one.requests ?? 0, "request")}, ${several(one.outside, "outsider")}, `,
        nameLink("PromptCluster", one.prompt_cluster_id))))));
}

async function nearOf(id) {
  const { rows } = await api(`/v1/rings/${encodeURIComponent(id)}/near`);
  return plainTable("Near misses", [
    { title: "Account", cell: (row) => nameLink("Account", row.account_id) },
    { title: "Bits to members", number: true, cell: (row) => bits(row.bits_to_members) },
    { title: "Shared", cell: (row) => row.shared.slice(0, 4).map((one, at) => [at ? ", " : "", named(one)]) },
    { title: "Why not", cell: (row) => h("a", { href: `${path("accounts", row.account_id)}?ring=${encodeURIComponent(id)}` }, "compare") },
  ], rows, "Nobody outside uses two or more of its identifiers.");
}

function historyCard(page) {
  return card("History", null, plainTable("History of the ring", [
    { title: "When", cell: (row) => moment(row.at) },
    { title: "What", cell: (row) => row.event || "changed" },
    { title: "Other ring", cell: (row) => (row.other_ring ? link("rings", row.other_ring) : "") },
    { title: "Accounts", number: true, cell: (row) => (row.size === null ? "" : count(row.size)) },
    { title: "Joined", number: true, cell: (row) => (row.joined === null ? "" : count(row.joined)) },
    { title: "Left", number: true, cell: (row) => (row.left === null ? "" : count(row.left)) },
  ], page.history, "No history."));
}

// Bars of requests, one for each day between the first and the last.
function dailyChart(rows) {
  const first = Date.parse(rows[0].day);
  const number = Math.round((Date.parse(rows.at(-1).day) - first) / 864e5) + 1;
  const most = Math.max(...rows.map((row) => row.requests), 1);
  const width = 1000;
  const step = width / Math.max(number, 1);
  const busiest = rows.reduce((best, row) => (row.requests > best.requests ? row : best));
  const drawing = svg("svg", {
    class: "chart wide-chart", viewBox: `0 0 ${width} 150`, role: "img",
    "aria-label": `Requests day by day from ${rows[0].day} to ${rows.at(-1).day}; the most, ${count(busiest.requests)}, on ${busiest.day}.`,
  });
  for (const row of rows) {
    const at = Math.round((Date.parse(row.day) - first) / 864e5);
    const height = Math.max((row.requests / most) * 120, 1);
    drawing.append(svg("rect", { class: "warm", x: at * step, width: Math.max(step - 1, 1), y: 122 - height, height },
      svg("title", {}, `${row.day}: ${several(row.requests, "request")} of ${several(row.accounts, "account")}`)));
  }
  drawing.append(svg("text", { x: 0, y: 144 }, rows[0].day), svg("text", { x: width, y: 144, "text-anchor": "end" }, rows.at(-1).day));
  return h("figure", {}, drawing, h("figcaption", {}, `At most ${count(most)} requests a day, on ${busiest.day}.`));
}

// For a case system. Names stand in code, whose fence is longer than any in them.
function ringMarkdown(page) {
  const code = (text) => {
    const fence = "`".repeat(Math.max(0, ...[...clean(text).matchAll(/`+/g)].map((found) => found[0].length)) + 1);
    return `${fence}${fence.length > 1 ? " " : ""}${clean(text).replace(/\s+/g, " ")}${fence.length > 1 ? " " : ""}${fence}`;
  };
  const cell = (text) => code(text).replaceAll("|", "\\|");
  const told = [
    `# Suspected ring ${code(page.id)}`, "",
    `${location.origin}${path("rings", page.id)}`, "",
    `- ${several(page.size, "account")}, ${bits(page.score)} bits (${page.families.map(([family, amount]) => `${family} ${bits(amount)}`).join(", ")})`,
    `- from ${page.run}`,
    page.campaigns.length ? `- part of ${page.campaigns.map(code).join(", ")}` : null,
    page.owner ? `- assigned to ${code(page.owner)}` : null, "",
    "## What speaks against it", "", ...(page.against.length ? page.against.map((line) => `- ${line.replace(/[\\`*_<>[\]#|]/g, "\\$&")}`) : ["Nothing in these data."]), "",
    "## Evidence", "", "| kind | identifier | bits | members | others |", "| --- | --- | ---: | ---: | ---: |",
    ...page.items.slice(0, 30).map((item) => `| ${kind(item.label)} | ${cell(item.name)} | ${bits(item.bits)} | ${item.members} | ${item.outside ?? ""} |`), "",
    "## Members", "", "| account | bits | opened | status |", "| --- | ---: | --- | --- |",
    ...page.members.map((m) => `| ${cell(m.name)} | ${bits(m.bits)} | ${m.opened?.slice(0, 10) ?? ""} | ${m.status ? cell(m.status) : ""} |`), "",
    "## Decisions", "", ...(page.reviews.length ? page.reviews.map((row) => `- ${moment(row.decided_at)} ${row.verdict} by ${code(row.decided_by ?? "?")}: ${code(row.note ?? "")}`) : ["None yet."]), "",
  ];
  return told.filter((line) => line !== null).join("\n");
}
