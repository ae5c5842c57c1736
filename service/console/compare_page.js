// Two rings beside each other.

async function comparePage() {
  const one = asked().get("one") ?? "";
  const other = asked().get("other") ?? "";
  const page = await api(`/v1/compare?one=${encodeURIComponent(one)}&other=${encodeURIComponent(other)}`);
  const side = (ring) => card(ring.ring_id, null, h("p", {}, link("rings", ring.ring_id, "Open the ring")), facts([
    ["Accounts", count(ring.size)], ["Bits", bits(ring.score)], ["Evidence", ring.families.join(", ")],
    ["Opened", days(ring.opened_first, ring.opened_last)], ["Campaign", ring.campaign_id ?? "–"], ["Decision", ring.review ?? "none"],
  ]));
  const links = page.across[0];
  const same = page.rings[0].campaign_id && page.rings[0].campaign_id === page.rings[1].campaign_id;
  show("Two rings",
    h("p", { class: "lead" }, `Members of both use ${several(page.shared.length, "identifier")}. `,
      links ? `${several(links.links, "link")} with ${bits(links.bits)} bits join the two. ` : "No stored link joins the two. ",
      same ? "Both are part of one campaign." : ""),
    h("div", { class: "two" }, page.rings.map(side)),
    h("section", { class: "card", "aria-label": "Shared by both" }, sortable({
      caption: "Shared by both", part: 25, rows: page.shared, none: "Nothing that members of one use is used by members of the other.",
      columns: [
        { title: "Kind", wide: true, cell: (row) => h("span", { class: `chip f-${row.family}` }, kind(row.label)) },
        { title: "Identifier", heads: true, value: (row) => row.key, cell: (row) => nameLink(row.label, row.key) },
        { title: "In the first", number: true, value: (row) => row.in_one, cell: (row) => count(row.in_one) },
        { title: "In the second", number: true, value: (row) => row.in_other, cell: (row) => count(row.in_other) },
        { title: "Others", number: true, wide: true, value: (row) => row.outside, cell: (row) => count(row.outside) },
      ],
    }).element));
}
