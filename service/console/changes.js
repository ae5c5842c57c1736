// What became of rings since a run or a date.

// Accounts of a row, the first twenty by name.
function someAccounts(names) {
  return [names.slice(0, 20).map((name) => [nameLink("Account", name), " "]),
    names.length > 20 ? `and ${count(names.length - 20)} more` : null];
}

// What became, or would become, of rings. A ring that is not published has no page.
function changeColumns({ page = () => true } = {}) {
  return [
    { title: "What", cell: (row) => state(row.change) },
    { title: "Ring", cell: (row) => (row.ring_id && page(row) ? link("rings", row.ring_id) : named(row.ring_id ?? row.campaign_id)) },
    { title: "Accounts", number: true, cell: (row) => count(row.size) },
    { title: "Joined", number: true, cell: (row) => (row.joined === null ? "" : count(row.joined)) },
    { title: "Left", number: true, wide: true, cell: (row) => (row.left === null ? "" : count(row.left)) },
    { title: "By whom", wide: true, cell: (row) => someAccounts(row.accounts) },
    { title: "Other ring", wide: true, cell: (row) => (row.other ? link("rings", row.other) : "") },
  ];
}

async function changesPage() {
  const since = asked().get("since") || new Date(Date.now() - 864e5).toISOString().slice(0, 10);
  const { rows } = await api(`/v1/changes?since=${encodeURIComponent(since)}`);
  const columns = [...changeColumns(), { title: "When", wide: true, cell: (row) => moment(row.at) }];
  const field = h("input", { id: "since", name: "since", value: since, "aria-describedby": "since-about" });
  show("Changes",
    h("form", { class: "inline", action: "/changes", method: "get" },
      h("label", { for: "since" }, "Since"), field, h("button", {}, "Show"),
      h("span", { class: "about", id: "since-about" }, "a run (run-…), a date or a time")),
    h("section", { class: "card", "aria-label": "Changes" }, plainTable("Changes", columns, rows, "Nothing changed.")));
}
