// One box for everything. What is named exactly and alone opens at once.

const addressOf = (row) => ({ Ring: path("rings", row.key), Account: path("accounts", row.key) })[row.kind]
  ?? (row.kind === "Campaign" ? null : path("identifiers", row.kind, row.key));

async function searchPage() {
  const text = asked().get("q") ?? "";
  document.getElementById("wanted").value = text;
  if (!text.trim()) {
    show("Search", h("p", { class: "lead" }, "A ring, account, address, network (203.0.113.0/24), card, device, e-mail address, phone number (+49…), or words of a prompt."));
    return;
  }
  const { rows, messages, cut } = await api(`/v1/search?text=${encodeURIComponent(text)}`);
  const [only] = rows;
  if (rows.length === 1 && only.found_by === "name" && addressOf(only)) {
    go(addressOf(only), true);
    return;
  }
  const columns = [
    { title: "Kind", cell: (row) => kind(row.kind) },
    { title: "Name", cell: (row) => [addressOf(row) ? h("a", { class: "row", href: addressOf(row) }, named(row.key)) : named(row.key), row.exemplar ? h("span", { class: "sub" }, named(row.exemplar)) : null] },
    { title: "Accounts", number: true, cell: (row) => (row.accounts === null ? "" : count(row.accounts)) },
    { title: "Rings", cell: (row) => (row.rings ?? []).slice(0, 3).map((ring, at) => [at ? ", " : "", link("rings", ring)]) },
    { title: "Status", wide: true, cell: (row) => (row.status ? named(row.status) : "–") },
    { title: "Found by", wide: true, cell: (row) => row.found_by },
  ];
  show("Search",
    h("p", { class: "lead" }, rows.length ? `${several(rows.length, "thing")} found${cut ? "; there are more" : ""}.` : messages[0]),
    rows.length ? h("section", { class: "card", "aria-label": "Found" }, plainTable("Found", columns, rows, "")) : null);
}
