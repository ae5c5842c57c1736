// One ring: what ties it, what speaks against it, what would dissolve it, who is in it.

const notes = new Map(); // of this tab, by ring; nothing keeps them but who copies or saves them

const LINEAGE = { merges: " It took in ", splits: " It came from " };

function ringView(ring, { rank, of, before, after }) {
  const step = (to, title) => (to === null
    ? h("span", { class: "off" }, title)
    : h("a", { href: ringAddress(to) }, title));
  const title = h("h1", { tabindex: -1 }, h("span", { class: "eyebrow" }, "Suspected ring "), named(ring.id));
  const active = ring.members.flatMap((m) => [m.first, m.last]).filter(Boolean).sort();
  const opened = ring.members.map((m) => m.opened).filter(Boolean).sort();
  const requests = ring.members.reduce((sum, m) => sum + (m.requests ?? 0), 0);
  const page = h("div", { class: "ring" },
    h("nav", { class: "steps no-print", "aria-label": "Rings" },
      h("a", { href: "#", class: "back" }, "← All rings"),
      h("span", { class: "grow" }),
      step(before, "Previous"), h("span", { class: "about" }, `${count(rank)} of ${count(of)}`), step(after, "Next")),
    title,
    h("p", { class: "lead" }, leadOf(ring)),
    tiles([
      ["Accounts", count(ring.size), statusesOf(ring)],
      ["Evidence", `${bits(ring.score)} bits`, `${bits(ring.score / ring.size)} per account`],
      ["Linked pairs", count(ring.links), `${percent(ring.density)} of all pairs`],
      ["Opened", days(opened[0], opened.at(-1)), null],
      ["Active", days(active[0], active.at(-1)), requests ? `${count(requests)} requests` : null],
    ]),
    h("div", { class: "two" }, againstCard(ring), dissolveCard(ring)),
    card("What ties them",
      "Each bit halves how often strangers would share as much. "
      + "Every bar begins where the one above ended; together they add up to the ring's score.",
      familyBar(ring.families, ring.score, true), waterfall(ring)),
    card("Who shares what", drawnTold(ring), network(ring)),
    timeCard(ring),
    card("Members", "Bits are those that tie a member to the others.", membersTable(ring)),
    h("div", { class: "two" }, decisionsCard(ring), notesCard(ring)));
  return { page, title };
}

function leadOf(ring) {
  const [first, second] = ring.families;
  const mostly = second && second[1] >= ring.score / 10
    ? `${first[0]} and ${second[0]} evidence`
    : `${first[0]} evidence`;
  const before = ring.earlier.map((line) => [LINEAGE[line.kind] ?? " It continues ", named(line.ring_id), "."]);
  return [
    `${several(ring.size, "account")} that may act as one, tied mostly by ${mostly}.`,
    before,
    ring.campaigns.length ? [" Part of ", ring.campaigns.map((key, at) => [at ? ", " : "", named(key)]), "."] : null,
    ` Found by ${ring.run}.`,
  ];
}

function statusesOf(ring) {
  const number = new Map();
  for (const m of ring.members) if (m.status) number.set(m.status, (number.get(m.status) ?? 0) + 1);
  return [...number].sort((a, b) => b[1] - a[1]).slice(0, 3)
    .map(([status, n]) => `${count(n)} ${short(status, 20)}`).join(", ") || null;
}

function familyBar(families, score, told = false) {
  const bar = h("div", { class: "stack", "aria-hidden": "true" }, families.map(([family, amount]) =>
    placed(h("span", { class: `f-${family}` }), { width: (100 * amount) / score })));
  if (!told) return bar;
  return [bar, h("ul", { class: "legend" }, families.map(([family, amount]) =>
    h("li", {}, h("span", { class: `dot f-${family}`, "aria-hidden": "true" }), `${family} `,
      h("b", {}, bits(amount)), h("span", { class: "about" }, ` ${percent(amount / score)}`))))];
}

function againstCard(ring) {
  return card("What speaks against it", "Innocent explanations to rule out before you act.",
    ring.against.length
      ? h("ul", { class: "points" }, ring.against.map((line) => h("li", {}, line)))
      : h("p", {}, "Nothing in these data. Data that were not loaded might."));
}

function dissolveCard(ring) {
  const { without, complete, smallest, criterion } = ring.dissolution;
  const box = h("div");
  const list = (items) => h("ol", { class: "evidence" }, items.map((line) => h("li", {}, itemTold(line))));
  const few = 6;
  function show(all) {
    box.replaceChildren(list(all ? without : without.slice(0, few)));
    if (!all && without.length > few) {
      box.append(h("button", { type: "button", class: "no-print", onclick: () => { show(true); box.querySelector("ol").focus(); } },
        `Show all ${count(without.length)}`));
    }
  }
  show(false);
  const already = complete && !without.length;
  return card("What would dissolve it", already
    ? `Its links alone are no longer a ring, which needs ${criterion}.`
    : complete ? `Without ${without.length === 1 ? "this" : `these ${count(without.length)}`} it would not be a ring, which needs ${criterion}. `
      + "If they have an innocent reason, the ring does not hold. "
      + (smallest ? "No smaller set suffices." : "Approximate; a smaller set may suffice.")
    : `Even without all its identifiers it would be a ring: ${criterion}.`, box);
}

function timeCard(ring) {
  const box = h("div", { class: "times" });
  const more = ring.size > ROWS ? `; the chart shows the ${count(ROWS)} strongest members` : "";
  const draw = () => {
    const across = box.clientWidth || 720;
    const both = across > 900;
    const width = both ? (across - 32) / 2 : across;
    const time = timeline(ring, width);
    const heat = heatMap(ring, width);
    box.classList.toggle("beside", both);
    box.replaceChildren(
      h("figure", {}, h("h3", {}, "Openings and activity"),
        time ?? h("p", { class: "about" }, "The data hold no times of these accounts."),
        h("figcaption", {}, legendOfTime(), `Bars: openings of all members${more}.`)),
      h("figure", {}, h("h3", {}, "Hours of the day (UTC)"),
        heat ?? h("p", { class: "about" }, "The data hold no hours of these accounts."),
        h("figcaption", {}, heat ? `${hoursTold(ring)} Darker: more of the member's identifiers in use. Hours are kept as used or not, over the whole period; weekdays are not.` : "")));
  };
  // Drawn to the width that there is, and again when that changes.
  let last = 0;
  new ResizeObserver(() => {
    if (box.clientWidth !== last) {
      last = box.clientWidth;
      draw();
    }
  }).observe(box);
  return card("When", null, box);
}

function legendOfTime() {
  return h("span", { class: "keys" },
    h("span", {}, h("i", { class: "key opening" }), "opened"),
    h("span", {}, h("i", { class: "key active" }), "first to last activity"),
    h("span", {}, h("i", { class: "key change" }, "×"), "status changed"));
}

function membersTable(ring) {
  const decided = new Map();
  for (const d of ring.decisions) if (d.account !== null && !decided.has(d.account)) decided.set(d.account, d.label);
  return sortable({
    caption: "Members of the ring",
    part: 20,
    by: 1,
    rows: ring.members,
    none: "no members",
    columns: [
      { title: "Account", value: (m) => m.name, cell: (m) => nameLink("Account", m.name), heads: true },
      { title: "Bits", number: true, value: (m) => m.bits, cell: (m) => bits(m.bits) },
      { title: "Opened", value: (m) => m.opened, cell: (m) => day(m.opened) },
      { title: "Status", wide: true, value: (m) => m.status, cell: (m) => (m.status ? named(m.status) : "–") },
      { title: "Active", wide: true, value: (m) => m.first, cell: (m) => days(m.first, m.last) },
      { title: "Requests", wide: true, number: true, value: (m) => m.requests, cell: (m) => count(m.requests) },
      { title: "Decided", value: (m) => decided.get(m.name) ?? null, cell: (m) => decision(decided.get(m.name)) },
    ],
  }).element;
}

function decision(label) {
  if (!label) return h("span", { class: "about" }, "–");
  const tone = { fraud: "bad", confirmed: "bad", benign: "good", rejected: "good" }[label] ?? "plain";
  return h("span", { class: `verdict ${tone}` }, label);
}

function decisionsCard(ring) {
  const shown = ring.decisions.slice(0, 12);
  return card("Decisions", "Decisions about the ring and its members, from the graph.",
    shown.length
      ? h("ul", { class: "decisions" }, shown.map((d) => h("li", {}, decision(d.label), " ",
        d.account === null ? "the ring" : named(d.account),
        h("span", { class: "about" }, d.by ? [" by ", named(d.by)] : null, d.at ? `, ${day(d.at)}` : null),
        d.note ? h("p", { class: "note" }, named(d.note)) : null)))
      : h("p", {}, "None yet."),
    ring.decisions.length > shown.length
      ? h("p", { class: "about" }, `and ${count(ring.decisions.length - shown.length)} more about members`)
      : null,
    commandsOf(ring));
}

// The report writes nothing: a decision is a command, to be copied into a terminal.
function commandsOf(ring) {
  if (!/^ring-[0-9a-f]+(-\d+)?$/.test(ring.id)) return null; // a pseudonym, which no command knows
  const quoted = (text) => `'${clean(text).replaceAll("'", "'\\''")}'`;
  const latest = ring.decisions.find((d) => d.account === null); // the latest is the first
  const commands = ["confirm", "reject", "watch", ...(latest && latest.label !== "withdrawn" ? ["withdraw"] : [])];
  return h("div", { class: "no-print" },
    h("p", { class: "about" }, "Copy the command of a decision; your notes become its note."),
    h("div", { class: "tools start" }, commands.map((verdict) => {
      const button = h("button", { type: "button" }, `Copy: ${verdict}`);
      button.addEventListener("click", () => copyCommand(`ringleader review ${verdict} ${ring.id} --note ${quoted(notes.get(ring.id) || "…")}`, button));
      return button;
    })));
}

async function copyCommand(command, near) {
  try {
    await navigator.clipboard.writeText(command);
    say(`Copied: ${command}`);
  } catch {
    // A page opened from a file may not have the clipboard; what is selected can be copied by hand.
    const field = h("input", { readonly: true, class: "command", value: command, "aria-label": "Command to copy" });
    near.closest("div.no-print").querySelector("input.command")?.remove();
    near.closest("div.no-print").append(field);
    field.select();
    say("Selected; copy with the keyboard");
  }
}

function notesCard(ring) {
  const area = h("textarea", {
    id: "notes", rows: 6, "aria-describedby": "notes-about",
    placeholder: "What you checked, whom you asked, what you decided",
    oninput: () => {
      if (area.value) notes.set(ring.id, area.value);
      else notes.delete(ring.id);
    },
  });
  area.value = notes.get(ring.id) ?? "";
  return h("section", { class: "card notes no-print", "aria-labelledby": "h-notes" },
    h("h2", { id: "h-notes" }, h("label", { for: "notes" }, "Your notes")),
    h("p", { class: "about", id: "notes-about" },
      "They stay in this tab until it is closed, and nowhere else. Copy them into your case system, or save them as a file."),
    area,
    h("div", { class: "tools" },
      h("button", { type: "button", onclick: () => copy(area) }, "Copy"),
      h("button", { type: "button", onclick: saveNotes }, "Save all notes as a file")));
}

async function copy(area) {
  try {
    await navigator.clipboard.writeText(area.value);
    say("Copied");
  } catch {
    // A page opened from a file may not have the clipboard; what is selected can be copied by hand.
    area.select();
    say("Selected; copy with the keyboard");
  }
}

function saveNotes() {
  const text = JSON.stringify([...notes].map(([ring_id, note]) => ({ ring_id, note })), null, 2);
  const link = h("a", { download: "ring-notes.json" });
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.click();
  URL.revokeObjectURL(link.href);
  say("Notes saved as a file");
}

window.addEventListener("beforeunload", (event) => {
  if (notes.size) event.preventDefault();
});
