// The queue: rings by state, with filters in the address, and decisions on several at once.

const QUEUE_STATES = ["waiting", "new", "grown", "returned", "assigned", "watched", "decided"];
const SORTS = {
  strongest: (a, b) => b.score - a.score,
  largest: (a, b) => b.size - a.size,
  newest: (a, b) => (b.found_at ?? "").localeCompare(a.found_at ?? ""),
  oldest: (a, b) => (a.found_at ?? "").localeCompare(b.found_at ?? ""),
};

async function queuePage() {
  const wanted = asked();
  const { rows, messages } = await api("/v1/queue");
  const chosen = new Set();
  const filter = {
    state: QUEUE_STATES.includes(wanted.get("state")) ? wanted.get("state") : "",
    owner: wanted.get("owner") ?? "",
    family: wanted.get("family") ?? "",
    sort: wanted.get("sort") in SORTS ? wanted.get("sort") : "strongest",
  };
  const owners = [...new Set(rows.map((ring) => ring.owner).filter(Boolean))].sort();
  const families = [...new Set(rows.flatMap((ring) => ring.families))].sort();
  const fits = (ring) => (!filter.state || ring.states.includes(filter.state))
    && (!filter.owner || (filter.owner === "nobody" ? !ring.owner : ring.owner === filter.owner))
    && (!filter.family || ring.families.includes(filter.family));
  const found = rows.filter(fits).sort(SORTS[filter.sort]);

  const address = (change) => {
    const next = new URLSearchParams(Object.entries({ ...filter, ...change }).filter(([name, value]) => value && !(name === "sort" && value === "strongest")));
    return next.size ? `/?${next}` : "/";
  };
  const select = (name, label, options) => h("label", { class: "pick" }, label,
    h("select", { name, onchange: (event) => go(address({ [name]: event.target.value })) },
      options.map(([value, text]) => h("option", { value, selected: filter[name] === value }, text))));
  const filters = h("div", { class: "filters" },
    h("nav", { class: "filters", "aria-label": "State" }, ["", ...QUEUE_STATES].map((name) =>
      h("a", { href: address({ state: name }), "aria-current": filter.state === name ? "true" : null },
        `${name || "all"} ${count(name ? rows.filter((ring) => ring.states.includes(name)).length : rows.length)}`))),
    select("owner", "Owner", [["", "anybody"], ["nobody", "nobody"], ...owners.map((owner) => [owner, owner])]),
    select("family", "Evidence", [["", "any"], ...families.map((family) => [family, family])]),
    select("sort", "Order", Object.keys(SORTS).map((name) => [name, name])));

  const bulk = h("div", { class: "bulk", hidden: true });
  const many = may("decide many");
  const showBulk = () => {
    bulk.hidden = !chosen.size;
    if (!chosen.size) return;
    const targets = [...chosen];
    bulk.replaceChildren(card(`${several(targets.length, "ring")} chosen`, "One note for all. All are decided on, or none.",
      decideOn("bulk", targets, start),
      h("div", { class: "tools start" },
        h("button", { type: "button", onclick: () => takeAll(targets) }, "Take them"),
        h("button", { type: "button", onclick: () => location.assign(`/compare?one=${encodeURIComponent(targets[0])}&other=${encodeURIComponent(targets[1])}`), hidden: targets.length !== 2 }, "Compare the two"))));
  };
  const seen = new Map(rows.map((ring) => [ring.ring_id, ring.assignment]));
  const takeAll = async (rings) => {
    try {
      await send("/v1/assignments", { rings, owner: me.name, seen: Object.fromEntries(rings.map((ring) => [ring, seen.get(ring)])) });
      await start();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      bulk.prepend(problem(error));
    }
  };
  const pick = (ring) => h("input", {
    type: "checkbox", class: "pick-row", "aria-label": `Choose ${ring.ring_id}`,
    onchange: (event) => { if (event.target.checked) chosen.add(ring.ring_id); else chosen.delete(ring.ring_id); showBulk(); },
  });
  const change = (ring) => (ring.change === "grown" || ring.change === "shrunk"
    ? `${ring.change} +${ring.joined} −${ring.left}` : ring.change);
  const columns = [
    ...(many ? [{ title: "", cell: pick, name: "picker" }] : []),
    { title: "Ring", heads: true, value: (ring) => ring.ring_id, cell: (ring) => [h("a", { class: "row", href: path("rings", ring.ring_id) }, shortId(ring.ring_id)), ring.campaign_id ? h("span", { class: "sub" }, "part of ", shortId(ring.campaign_id)) : null] },
    { title: "Accounts", number: true, value: (ring) => ring.size, cell: (ring) => count(ring.size) },
    { title: "Bits", number: true, value: (ring) => ring.score, cell: (ring) => bits(ring.score) },
    { title: "Evidence", wide: true, cell: (ring) => h("ul", { class: "legend" }, ring.families.map((family) => h("li", { class: `chip f-${family}` }, family))) },
    { title: "State", cell: (ring) => (ring.review ? state(ring.review) : ring.owner ? state("assigned") : state("waiting")) },
    { title: "Owner", wide: true, value: (ring) => ring.owner, cell: (ring) => (ring.owner ? named(ring.owner) : "–") },
    { title: "This week", wide: true, value: (ring) => ring.change, cell: (ring) => (ring.change ? state(ring.change, change(ring)) : "") },
    { title: "Found", wide: true, value: (ring) => ring.found_at, cell: (ring) => day(ring.found_at) },
  ];
  const table = sortable({ caption: "Rings", columns, rows: found, part: 50, none: rows.length ? "No ring has this state." : messages[0] ?? "There is no ring." });
  show("Queue",
    h("p", { class: "lead" }, `${count(found.length)} of ${several(rows.length, "ring")}. `,
      h("kbd", {}, "j"), " ", h("kbd", {}, "k"), " move, ", h("kbd", {}, "Enter"), " opens", many ? [", ", h("kbd", {}, "x"), " chooses"] : null, ", ", h("kbd", {}, "?"), " shows all keys."),
    filters, h("section", { class: "card", "aria-label": "Rings" }, table.element), bulk);
}
