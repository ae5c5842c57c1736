// Decisions: what they will do is shown before they are taken.

const VERDICTS = ["confirm", "reject", "watch", "withdraw"];
const PIN_VERDICTS = ["owned", "widely shared", "none"];
const WORDS = { none: "take the pin back", withdraw: "withdraw the last decision" };

// A form that shows an effect, asks for a note, and sends. `foresee` gives effects, `take` decides.
function decideForm({ id, verdicts, foresee, take, done, about = null }) {
  const effect = h("div", { class: "effect", "aria-live": "polite", id: `effect-${id}` },
    h("p", { class: "about" }, "Choose what to decide; its effect is shown here first."));
  const told = h("div", {});
  const note = h("textarea", { id: `note-${id}`, required: true, maxlength: 4096, rows: 3 });
  const button = h("button", { class: "main", disabled: true }, "Decide");
  let seen = null;
  let asking = 0;
  const choose = async (verdict) => {
    asking += 1;
    const mine = asking;
    button.disabled = true;
    effect.replaceChildren(h("p", { class: "about" }, "Looking what it will do…"));
    try {
      const effects = await foresee(verdict);
      if (mine !== asking) return;
      seen ??= Object.fromEntries(effects.map((one) => [one.target, one.seen]));
      effect.replaceChildren(effectTold(effects));
      button.disabled = false;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      effect.replaceChildren(problem(error));
    }
  };
  const submit = async (event) => {
    event.preventDefault();
    const verdict = new FormData(event.target).get("verdict");
    button.disabled = true;
    try {
      await take(verdict, note.value, seen ?? {});
      await done();
      say("Decided.");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      told.replaceChildren(problem(error));
      button.disabled = false;
      if (error.status === 409) {
        told.firstChild.append(h("button", { type: "button", onclick: () => done() }, "Show it as it is now"));
      }
    }
  };
  return h("form", { class: "decide", onsubmit: submit },
    about, told,
    h("fieldset", {}, h("legend", {}, "Decision"), h("div", { class: "choices" }, verdicts.map((verdict) =>
      h("label", {}, h("input", { type: "radio", name: "verdict", value: verdict, required: true, onchange: () => choose(verdict) }), WORDS[verdict] ?? verdict)))),
    effect,
    h("label", { for: `note-${id}` }, "Note: why, so that somebody else can follow"), note,
    h("div", {}, button));
}

function effectTold(effects) {
  if (effects.length === 1) {
    return h("p", {}, `${effects[0].text[0].toUpperCase()}${effects[0].text.slice(1)}.`);
  }
  const removes = effects.reduce((sum, one) => sum + one.removes, 0);
  const keeps = effects.reduce((sum, one) => sum + one.keeps, 0);
  const sum = [removes ? `removes ${several(removes, "account")} at the next run` : null, keeps ? `keeps ${several(keeps, "account")}` : null]
    .filter(Boolean).join(" and ") || "changes nothing but what lists show";
  return h("div", {}, h("p", {}, h("b", {}, `${several(effects.length, "decision")}: ${sum}.`)),
    h("ul", { class: "points" }, effects.slice(0, 12).map((one) => h("li", {}, named(one.target), `: ${one.text}`))),
    effects.length > 12 ? h("p", { class: "about" }, `and ${count(effects.length - 12)} more`) : null);
}

function decideOn(id, targets, done) {
  return decideForm({
    id,
    verdicts: VERDICTS,
    foresee: (verdict) => send("/v1/effects", { targets, verdict }),
    take: (verdict, note, seen) => send("/v1/decisions", { targets, verdict, note, seen }),
    done,
  });
}

function decisionsOf(rows) {
  return plainTable("Decisions", [
    { title: "When", cell: (row) => moment(row.decided_at) },
    { title: "Verdict", cell: (row) => state(row.verdict) },
    { title: "By", cell: (row) => named(row.decided_by ?? "–") },
    { title: "Note", cell: (row) => (row.note ? named(row.note) : "–") },
  ], rows, "Nobody has decided yet.");
}

function decideCard(title, rows, id, targets, done) {
  return card(title, null, decisionsOf(rows), may("decide") ? decideOn(id, targets, done) : null);
}

function pinCard(known, done) {
  const form = decideForm({
    id: "pin",
    verdicts: PIN_VERDICTS,
    foresee: async (verdict) => [await api(`/v1/pins/effect?label=${encodeURIComponent(known.label)}&key=${encodeURIComponent(known.identifier)}&verdict=${encodeURIComponent(verdict)}`)],
    take: (verdict, note) => send("/v1/pins", { label: known.label, key: known.identifier, verdict, note }),
    done,
  });
  return card("Decide on this identifier", "A pin says what the identifier is, whatever its figures are. The next detection honours it.",
    known.pinned ? h("p", {}, "Pinned as ", h("b", {}, known.pinned), " by ", named(known.pinned_by), `, ${moment(known.pinned_at)}: `, named(known.note)) : null,
    may("decide") ? form : null);
}

// Who works on a ring: take it, give it back; a lead gives it to anybody.
function ownerCard(page, done) {
  const told = h("div", {});
  const set = async (owner) => {
    try {
      await send("/v1/assignments", { rings: [page.id], owner, seen: { [page.id]: page.assignment } });
      await done();
      say(owner ? `Assigned to ${owner}` : "Given back");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      told.replaceChildren(problem(error));
      if (error.status === 409) told.firstChild.append(h("button", { type: "button", onclick: () => done() }, "Show it as it is now"));
    }
  };
  const field = h("input", { id: "owner", autocomplete: "off", maxlength: 100, required: true });
  return card("Who works on it", null, told,
    h("p", {}, page.owner ? ["Assigned to ", h("b", {}, named(page.owner)), "."] : "Nobody has taken it."),
    may("decide") ? h("div", { class: "tools start" },
      page.owner === me.name ? null : h("button", { type: "button", id: "take", onclick: () => set(me.name) }, "Take it (a)"),
      page.owner ? h("button", { type: "button", onclick: () => set(null) }, "Give it back") : null) : null,
    may("decide many") ? h("form", { class: "inline", onsubmit: (event) => { event.preventDefault(); set(field.value); } },
      h("label", { for: "owner" }, "Assign to"), field, h("button", {}, "Assign")) : null,
    page.assignments.length ? h("details", {}, h("summary", {}, "History"), plainTable("Assignments", [
      { title: "When", cell: (row) => moment(row.at) },
      { title: "Owner", cell: (row) => (row.owner ? named(row.owner) : "nobody") },
      { title: "By", cell: (row) => named(row.by) },
      { title: "Note", cell: (row) => (row.note ? named(row.note) : "–") },
    ], page.assignments, "")) : null);
}
