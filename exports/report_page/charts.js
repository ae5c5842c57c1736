// Evidence as a waterfall, activity over the day, and the accounts' time lines.

const ROWS = 40; // members in the charts of time; more are not told apart
const ITEMS = 12; // lines of the waterfall before the rest is summed up
const LINE = 13; // height of a member's line in pixels

// Each line begins where the one above ended, so that the last ends at the ring's score.
function waterfall(ring) {
  const box = h("div");
  let open = false;

  function lines() {
    const told = open ? ring.items : ring.items.slice(0, ITEMS);
    const left = new Map();
    for (const item of ring.items.slice(told.length)) {
      const [number, sum] = left.get(item.family) ?? [0, 0];
      left.set(item.family, [number + 1, sum + item.bits]);
    }
    for (const [family, more, sum] of ring.rest) {
      const [number, before] = left.get(family) ?? [0, 0];
      left.set(family, [number + more, before + sum]);
    }
    const rest = [...left].sort((a, b) => b[1][1] - a[1][1]);
    return [
      ...told,
      ...rest.map(([family, [number, sum]]) => ({ family, more: number, bits: sum })),
    ];
  }

  function show() {
    let from = 0;
    const rows = lines().map((line) => {
      const bar = placed(h("div", { class: `run f-${line.family}` }), {
        left: (100 * from) / ring.score,
        width: Math.max((100 * line.bits) / ring.score, 0.2),
      });
      from += line.bits;
      return h("tr", { class: line.more ? "rest" : null },
        h("th", { scope: "row" }, line.more
          ? `${several(line.more, "smaller item")} of ${line.family} evidence`
          : itemTold(line)),
        h("td", { class: "adds" }, h("div", { class: "track", "aria-hidden": "true" }, bar)),
        h("td", { class: "number" }, bits(line.bits)),
        h("td", { class: "number wide" }, percent(line.bits / ring.score)),
        h("td", { class: "number wide" }, line.more ? "" : `${count(line.members)} of ${count(ring.size)}`),
        h("td", { class: `number${line.outside ? " outside" : ""}` },
          line.more ? "" : count(line.outside)));
    });
    box.replaceChildren(
      h("table", { class: "waterfall" },
        h("caption", { class: "unseen" }, "Evidence by identifier; the bits add up to the ring's score"),
        h("thead", {}, h("tr", {},
          h("th", { scope: "col" }, "Evidence"),
          h("th", { scope: "col", class: "adds" }, h("span", { class: "unseen" }, "Running total")),
          h("th", { scope: "col", class: "number" }, "Bits"),
          h("th", { scope: "col", class: "number wide" }, "Share"),
          h("th", { scope: "col", class: "number wide" }, "Members tied"),
          h("th", { scope: "col", class: "number" }, "Others who use it"))),
        h("tbody", {}, rows),
        h("tfoot", {}, h("tr", {},
          h("th", { scope: "row" }, "All evidence"), h("td", { class: "adds" }),
          h("td", { class: "number" }, bits(ring.score)),
          h("td", { class: "number wide" }, "100%"), h("td", { class: "wide" }), h("td")))),
    );
    if (ring.items.length > ITEMS) {
      box.append(h("button", {
        type: "button",
        class: "no-print",
        "aria-expanded": String(open),
        onclick: () => {
          open = !open;
          show();
          box.querySelector("button").focus();
        },
      }, open ? "Show the strongest only" : `Show ${count(ring.items.length)} items`));
    }
  }

  show();
  return box;
}

function itemTold(item) {
  const about = (item.about ?? []).filter(([, value]) => value !== item.name);
  return [
    h("span", { class: `dot f-${item.family}`, "aria-hidden": "true" }),
    h("span", { class: "what" }, item.family === "registration" && item.label === "CONTACTED"
      ? "contact" : kind(item.label), " "),
    item.name ? nameLink(item.label, item.name) : null,
    about.length
      ? h("span", { class: "facts" }, about.map(([fact, value], number) => [
        number ? " · " : "",
        fact.startsWith("Proxy.") ? "proxy " : fact.startsWith("Asn.") ? "network " : "",
        named(value),
      ]))
      : null,
  ];
}

// Members of the charts of time, in the order in which they were opened.
function inTime(ring) {
  return ring.members.slice(0, ROWS).sort((a, b) =>
    (a.opened ?? a.first ?? "9").localeCompare(b.opened ?? b.first ?? "9"));
}

function timeline(ring, width) {
  const members = inTime(ring);
  const times = ring.members.flatMap((m) => [m.opened, m.first, m.last, m.status_at])
    .filter(Boolean).map((iso) => Date.parse(iso));
  if (!times.length) return null;
  const left = width > 560 ? 120 : 8;
  const low = times.reduce((a, b) => Math.min(a, b));
  const high = Math.max(times.reduce((a, b) => Math.max(a, b)), low + 3_600_000);
  const x = (iso) => left + ((Date.parse(iso) - low) / (high - low)) * (width - left - 14);
  const top = 56;
  const height = top + members.length * LINE + 26;

  // All members' openings, not only those of the lines below.
  const bins = 40;
  const opened = new Array(bins).fill(0);
  for (const m of ring.members) {
    if (!m.opened) continue;
    opened[Math.min(bins - 1, Math.floor(((Date.parse(m.opened) - low) / (high - low)) * bins))] += 1;
  }
  const most = Math.max(...opened, 1);
  const step = (width - left - 14) / bins;
  const drawing = svg("svg", {
    width, height, viewBox: `0 0 ${width} ${height}`, role: "img", class: "chart",
    "aria-label": `Openings, activity and changes of status of ${several(members.length, "member")}. `
      + "The table of members has the same dates.",
  });
  opened.forEach((number, bin) => {
    if (!number) return;
    drawing.append(svg("rect", {
      class: "opened", x: left + bin * step, width: Math.max(step - 1, 1),
      y: 40 - (number / most) * 34, height: (number / most) * 34,
    }, svg("title", {}, `${several(number, "account")} opened`)));
  });
  for (let tick = 0; tick <= (width > 560 ? 4 : 2); tick += 1) {
    const at = low + ((high - low) * tick) / (width > 560 ? 4 : 2);
    const place = x(new Date(at).toISOString());
    const anchor = tick === 0 ? "start" : at === high ? "end" : "middle";
    drawing.append(
      svg("line", { class: "grid", x1: place, x2: place, y1: 40, y2: height - 20 }),
      svg("text", { x: place, y: height - 6, "text-anchor": anchor }, day(new Date(at).toISOString())),
    );
  }
  members.forEach((m, row) => {
    const y = top + row * LINE;
    if (left > 8) drawing.append(svg("text", { x: left - 8, y: y + 3, "text-anchor": "end", class: "who" }, short(m.name, 17)));
    const title = [
      m.name,
      `opened ${day(m.opened)}`,
      `active ${days(m.first, m.last)}`,
      changed(m) ? `${m.status} since ${day(m.status_at)}` : null,
    ].filter(Boolean).join(", ");
    const group = svg("g", {}, svg("title", {}, title),
      svg("rect", { x: left, y: y - LINE / 2, width: width - left - 14, height: LINE, class: "hit" }));
    if (m.first) {
      group.append(svg("line", { class: "active", x1: x(m.first), x2: Math.max(x(m.last ?? m.first), x(m.first) + 2), y1: y, y2: y }));
    }
    if (m.opened) group.append(svg("circle", { class: "opening", cx: x(m.opened), cy: y, r: 3.2 }));
    if (changed(m)) {
      const at = x(m.status_at);
      group.append(svg("path", { class: "change", d: `M${at - 3.5} ${y - 3.5}l7 7m0-7l-7 7` }));
    }
    drawing.append(group);
  });
  return drawing;
}

// A status that came with the opening is no change.
function changed(member) {
  return Boolean(member.status && member.status_at && (!member.opened || member.status_at > member.opened));
}

function heatMap(ring, width) {
  const members = inTime(ring);
  if (!ring.members.some((m) => m.hours.length)) return null;
  const left = width > 560 ? 120 : 8;
  const cell = (width - left - 2) / 24;
  const top = 56;
  const height = top + members.length * LINE + 20;
  const active = activeByHour(ring);
  const most = Math.max(...members.flatMap((m) => m.hours), 1);
  const peak = Math.max(...active, 1);
  const drawing = svg("svg", {
    width, height, viewBox: `0 0 ${width} ${height}`, role: "img", class: "chart",
    "aria-label": hoursTold(ring),
  });
  active.forEach((number, at) => {
    drawing.append(svg("rect", {
      class: "opened", x: left + at * cell, width: Math.max(cell - 1, 1),
      y: 40 - (number / peak) * 34, height: (number / peak) * 34,
    }, svg("title", {}, `${hour(at)}–${hour(at + 1)}: ${several(number, "member")} active`)));
    if (at % 6 === 0 || at === 23) {
      drawing.append(svg("text", { x: left + (at + 0.5) * cell, y: height - 4, "text-anchor": "middle" }, String(at).padStart(2, "0")));
    }
  });
  members.forEach((m, row) => {
    const y = top + row * LINE - LINE / 2;
    if (left > 8) drawing.append(svg("text", { x: left - 8, y: y + LINE / 2 + 3, "text-anchor": "end", class: "who" }, short(m.name, 17)));
    for (let at = 0; at < 24; at += 1) {
      const used = m.hours[at] ?? 0;
      drawing.append(svg("rect", {
        class: used ? "warm" : "cold", x: left + at * cell, y, width: Math.max(cell - 1, 1), height: LINE - 1,
        "fill-opacity": used ? 0.25 + 0.75 * Math.sqrt(used / most) : 1,
      }, used ? svg("title", {}, `${m.name}, ${hour(at)}–${hour(at + 1)}: ${several(used, "identifier")} in use`) : null));
    }
  });
  return drawing;
}

function activeByHour(ring) {
  const active = new Array(24).fill(0);
  for (const m of ring.members) m.hours.forEach((used, at) => { active[at] += used ? 1 : 0; });
  return active;
}

function hoursTold(ring) {
  const active = activeByHour(ring);
  const known = ring.members.filter((m) => m.hours.length).length;
  const busy = active.map((number, at) => [number, at]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const quiet = active.filter((number) => number === 0).length;
  return `At ${hour(busy[0][1])} UTC ${count(busy[0][0])} of ${several(known, "member")} are active, the most; `
    + `${quiet ? `nobody is in ${several(quiet, "hour")} of the day` : "no hour of the day is without anybody"}.`;
}
