// The whole: the run, its evidence, what to mind, campaigns, and the list of rings.

function overviewView(report) {
  const { run, rings } = report;
  const accounts = rings.reduce((sum, ring) => sum + ring.size, 0);
  const decided = rings.filter((ring) => ring.decisions.length).length;
  const requests = rings.reduce((sum, ring) => sum + (ring.requests ?? 0), 0);
  const list = ringList(report);
  const page = h("div", {},
    h("h1", { tabindex: -1 }, "Suspected rings"),
    h("p", { class: "lead" },
      `Accounts that may act as one, as of the detection of ${minute(run.finished_at ?? run.started_at)}. `,
      "Written ", minute(report.written), "."),
    tiles([
      ["Suspected rings", count(rings.length), rings.length < (run.rings ?? 0) ? `of ${count(run.rings)} found` : null],
      ["Accounts in them", count(accounts), run.accounts ? `${percent(accounts / run.accounts)} of ${count(run.accounts)} looked at` : null],
      ["Requests by them", requests ? count(requests) : "–", requests ? "at least; not all have identifiers" : null],
      ["Links", count(run.links), "between all accounts"],
      ["With decisions", count(decided), `of ${several(rings.length, "ring")}`],
    ]),
    h("div", { class: "two" }, caveatsCard(report), evidenceCard(report)),
    report.campaigns.length ? campaignsCard(report) : null,
    list.element,
    runCard(report));
  return { page, title: page.querySelector("h1"), list };
}

function caveatsCard(report) {
  return card("Read this first", null,
    h("ul", { class: "points" }, report.caveats.map((line) => h("li", {}, line))));
}

function evidenceCard(report) {
  return card("Evidence in these data", "Kinds that were not loaded are unknown, never negative.",
    h("ul", { class: "families" }, report.evidence.map(({ family, uses }) => {
      const there = Object.entries(uses).filter(([, number]) => number);
      return h("li", { class: there.length ? null : "missing" }, chip(family),
        h("span", {}, there.length
          ? there.map(([label, number]) => `${count(number)} ${USES[label] ?? label}`).join(", ")
          : "not loaded"));
    })));
}

function campaignsCard(report) {
  const place = new Map(report.rings.map((ring, at) => [ring.id, at]));
  const most = 8;
  return card("Campaigns", "Rings that may have the same operator.",
    h("div", { class: "campaigns" }, report.campaigns.map((campaign) => {
      const own = campaign.rings.map((id) => report.rings[place.get(id)]).filter(Boolean);
      return h("article", { class: "campaign" },
        h("h3", {}, named(campaign.id)),
        h("p", { class: "about" }, `${several(own.length, "ring")} of ${several(own.reduce((sum, ring) => sum + ring.size, 0), "account")}`),
        h("dl", { class: "facts" }, campaign.facts.filter(([, value]) => told(value)).map(([fact, value]) =>
          h("div", {}, h("dt", {}, fact), h("dd", {}, valueTold(value))))),
        campaign.shared.length
          ? [h("h4", {}, "What ties its rings to each other"),
            h("ul", { class: "evidence" }, campaign.shared.slice(0, most).map((line) => h("li", {}, itemTold(line))))]
          : null,
        h("p", { class: "links" }, own.slice(0, most).map((ring, at) => [at ? ", " : "", h("a", { href: ringAddress(ring) }, shortId(ring.id))]),
          own.length > most ? ` and ${count(own.length - most)} more` : null));
    })));
}

function told(value) {
  return value !== null && value !== "" && !(Array.isArray(value) && !value.length);
}

function valueTold(value) {
  const most = 6;
  if (Array.isArray(value)) {
    return [
      value.slice(0, most).map((item, at) => [at ? ", " : "", valueTold(item)]),
      value.length > most ? ` and ${count(value.length - most)} more` : null,
    ];
  }
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : bits(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? minute(value) : named(value);
}

function ringList(report) {
  const { rings } = report;
  const place = new Map(rings.map((ring, at) => [ring, at]));
  const text = rings.map((ring) => [
    ring.id, ...ring.campaigns, ...ring.families.map(([family]) => family),
    ...ring.statuses.map(([status]) => status), ...ring.decisions.map(([label]) => label),
  ].join("\n").toLowerCase());
  let names = null; // unpacked when somebody searches
  let unpacking = null;
  const through = new Map();
  const number = h("p", { class: "about", id: "found" });
  const search = h("input", {
    type: "search", id: "search", autocomplete: "off", spellcheck: "false", "aria-describedby": "found",
    placeholder: "Ring, account, address, card, campaign …",
    oninput: () => find(),
    onkeydown: (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); table.focus(); }
      if (event.key === "Escape") { search.value = ""; find(); }
    },
  });
  const table = sortable({
    caption: "Suspected rings", part: 25, rows: rings, by: 3, down: true,
    none: rings.length ? "No ring matches." : "No ring was found. That is a result too; see above what was examined.",
    columns: [
      { title: "#", wide: true, name: "rank", cell: (ring) => count(place.get(ring) + 1) },
      {
        title: "Ring", heads: true, value: (ring) => ring.id, cell: (ring) => [
          h("a", { class: "row", href: ringAddress(ring) }, shortId(ring.id)),
          ring.campaigns.length ? h("span", { class: "sub" }, ring.campaigns.map((key, at) => [at ? ", " : "part of ", shortId(key)])) : null,
          through.has(ring) ? h("span", { class: "sub hit" }, "holds ", named(through.get(ring))) : null,
        ],
      },
      { title: "Accounts", number: true, value: (ring) => ring.size, cell: (ring) => count(ring.size) },
      { title: "Bits", number: true, value: (ring) => ring.score, cell: (ring) => bits(ring.score) },
      {
        title: "Kinds of evidence", name: "kinds", wide: true, cell: (ring) => [
          familyBar(ring.families, ring.score),
          h("span", { class: "sub" }, ring.families.filter(([, amount]) => amount >= ring.score / 100).map(([family]) => family).join(", "),
            ring.single ? " (one kind only)" : null),
        ],
      },
      { title: "Opened", wide: true, value: (ring) => ring.opened[0], cell: (ring) => days(...ring.opened) },
      {
        title: "Status", wide: true, cell: (ring) => ring.statuses.slice(0, 2)
          .map(([status, accounts]) => `${count(accounts)} ${short(status, 18)}`).join(", ") || "–",
      },
      {
        title: "Decided", cell: (ring) => (ring.decisions.length
          ? ring.decisions.map(([label, times]) => [decision(label), ` ${count(times)} `])
          : h("span", { class: "about" }, "–")),
      },
    ],
  });

  async function find() {
    if (search.value.trim() && names === null) {
      unpacking ??= unpack("search");
      names = (await unpacking).map((list) => [list, list.join("\n").toLowerCase()]);
    }
    // Only now, since more may have been typed meanwhile.
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    through.clear();
    const found = rings.filter((ring, at) => terms.every((term) => {
      if (text[at].includes(term)) return true;
      if (!names[at][1].includes(term)) return false;
      through.set(ring, names[at][0].find((name) => name.toLowerCase().includes(term)));
      return true;
    }));
    table.rows(found);
    number.textContent = terms.length ? `${count(found.length)} of ${several(rings.length, "ring")}` : several(rings.length, "ring");
    say(number.textContent);
  }

  number.textContent = several(rings.length, "ring");
  const element = h("section", { class: "card", "aria-labelledby": "h-list" },
    h("div", { class: "list-head" },
      h("h2", { id: "h-list" }, "Rings"),
      h("label", { class: "search no-print", for: "search" }, h("span", { class: "unseen" }, "Search rings"), search, h("kbd", { "aria-hidden": "true" }, "/")),
      number),
    table.element,
    h("p", { class: "about no-print keyboard" }, h("kbd", {}, "/"), " search, ", h("kbd", {}, "↑"), " ", h("kbd", {}, "↓"), " from ring to ring, ", h("kbd", {}, "Enter"), " opens, ", h("kbd", {}, "Esc"), " comes back"));
  return { element, search, table, order: () => table.order().map((ring) => place.get(ring)) };
}

function runCard(report) {
  const { run } = report;
  const changed = run.parameters.filter((p) => p.value !== p.default);
  return h("section", { class: "card", "aria-labelledby": "h-run" },
    h("h2", { id: "h-run" }, "How they were found"),
    h("dl", { class: "facts" }, [
      ["Run", run.run_id], ["Began", minute(run.started_at)], ["Finished", minute(run.finished_at)],
      ["Grouped by", run.algorithm], ["ringleader", run.version],
      ["Known hubs", run.known_hubs.identifiers ? several(run.known_hubs.identifiers, "identifier") : "no list"],
      ["Parameters", changed.length ? `${count(changed.length)} changed from the defaults` : "the defaults"],
    ].map(([fact, value]) => h("div", {}, h("dt", {}, fact), h("dd", {}, value ?? "–")))),
    h("details", {}, h("summary", {}, "All parameters, with the reason for each default"),
      h("table", { class: "parameters" },
        h("thead", {}, h("tr", {}, ["Parameter", "Value", "Reason for the default"].map((title) => h("th", { scope: "col" }, title)))),
        h("tbody", {}, run.parameters.map((p) => h("tr", {},
          h("th", { scope: "row" }, p.parameter.replaceAll("_", " ")),
          h("td", {}, h("b", {}, p.value), p.value === p.default ? null : h("span", { class: "about" }, ` default ${p.default}`)),
          h("td", { class: "about" }, p.reason)))))));
}
