// The ring as a graph: its members and the identifiers that they share.

const SHEET = { x: -70, y: -50, width: 1140, height: 730 };
const LETTER = 7.5; // width of a letter of a label
const LABEL = 26; // letters of a label at the most
const NEAR = 0.35; // how far beside the arrow's direction a node may lie, as cosine
const NOTHING_CHOSEN = "Squares are identifiers, circles are accounts; a line means that the account used it. Point at one or select it to see what it is tied to.";

function network(ring) {
  const { members, identifiers, edges } = ring.graph;
  const strongest = Math.max(...ring.members.map((m) => m.bits), 1);
  const things = identifiers.map(([item, x, y]) => {
    const line = ring.items[item];
    return {
      x, y, radius: 13, family: line.family, label: line.label, title: `${kind(line.label)} ${line.name}`, name: line.name,
      told: `${bits(line.bits)} bits, ties ${several(line.members, "member")}, used by ${several(line.outside ?? 0, "other account")}`,
    };
  });
  const accounts = members.map(([number, x, y]) => {
    const member = ring.members[number];
    return {
      x, y, radius: 6 + 7 * Math.sqrt(member.bits / strongest), family: null, label: "Account",
      title: `account ${member.name}`, name: member.name,
      told: `tied by ${bits(member.bits)} bits, opened ${day(member.opened)}${member.status ? `, ${member.status}` : ""}`,
    };
  });
  return graphView({
    nodes: [...things, ...accounts],
    lines: edges.map(([m, i]) => ({ account: accounts[m], identifier: things[i] })),
    label: `${several(members.length, "member")} and ${several(identifiers.length, "identifier")} that they share. `
      + "Arrows move from node to node, Enter selects, plus and minus zoom, zero shows the whole. The tables of evidence and of members contain the same.",
    near: "member", whole: "Whole ring",
  }).element;
}

// A drawing that can be searched by pointer and keyboard. Nodes have a place, a radius, a family (null for
// accounts), a title, a name and what is told of them; lines tie an account to an identifier, or to an account.
function graphView({ nodes, lines, label, near: noun, whole, actions = () => null }) {
  const hidden = new Set();
  const view = { ...SHEET };
  let current = null;
  let chosen = null;
  let written = []; // what the panel tells of: the node, and the families that are hidden
  let numbered = 0;
  const ties = svg("g");
  const dots = svg("g");

  function elementOf(node) {
    numbered += 1;
    return svg("g", {
      id: `node-${numbered}`, role: "img", "aria-label": `${node.title}: ${node.told}`,
      class: [node.family ? `item f-${node.family}` : "member", node.mark ?? ""].join(" ").trim(),
      onpointerenter: () => point(node),
      onpointerleave: () => point(null),
      onclick: () => choose(node),
    },
    node.family
      ? [svg("rect", { x: -node.radius, y: -node.radius, width: 2 * node.radius, height: 2 * node.radius, rx: 5 }),
        svg("text", { class: "sign", y: 5, "text-anchor": "middle" }, FAMILIES[node.family])]
      : svg("circle", { r: node.radius }),
    svg("text", { class: "label", y: node.radius + 15, "text-anchor": "middle" }, short(node.name, LABEL)));
  }

  // Draws what nodes and lines hold now; what was drawn before keeps its element.
  function draw() {
    nodes.forEach((node) => { node.near = []; });
    for (const line of lines) {
      line.account.near.push(line.identifier);
      line.identifier.near.push(line.account);
      line.element ??= svg("line", { class: line.identifier.family ? `tie f-${line.identifier.family}` : "tie" });
      for (const [name, value] of [["x1", line.account.x], ["y1", line.account.y], ["x2", line.identifier.x], ["y2", line.identifier.y]]) {
        line.element.setAttribute(name, value);
      }
    }
    for (const node of nodes) {
      node.element ??= elementOf(node);
      node.element.setAttribute("transform", `translate(${node.x} ${node.y})`);
      node.element.classList.remove("named");
    }
    // The strongest identifiers show their names where these cover nothing.
    const covered = nodes.map((node) => [node.x - 14, node.y - 14, node.x + 14, node.y + 14]);
    for (const node of nodes) {
      if (!node.family) continue;
      const half = (LETTER * Math.min(String(node.name).length, LABEL)) / 2;
      const box = [node.x - half, node.y + 16, node.x + half, node.y + 32];
      const clear = covered.every((other) =>
        other[0] > box[2] || other[2] < box[0] || other[1] > box[3] || other[3] < box[1]);
      if (!clear) continue;
      covered.push(box);
      node.element.classList.add("named");
    }
    ties.replaceChildren(...lines.map((line) => line.element));
    dots.replaceChildren(...[...nodes].reverse().map((node) => node.element));
    if (chosen && !nodes.includes(chosen)) chosen = null;
    if (current && !nodes.includes(current)) current = chosen;
    drawing.setAttribute("aria-label", typeof label === "function" ? label() : label);
    chips.replaceChildren(...toggles());
    written = [];
    show();
  }

  const drawing = svg("svg", {
    class: "network", tabindex: 0, role: "application", "aria-roledescription": "graph",
    onkeydown: key, onpointerdown: grab, onwheel: wheel,
    onblur: () => focusOn(null),
  }, ties, dots);
  const panel = h("div", { class: "panel", "aria-live": "polite" });
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Kinds of evidence in the drawing" });

  function show() {
    drawing.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const centre = chosen ?? current;
    const near = centre ? new Set([centre, ...centre.near]) : null;
    drawing.classList.toggle("dim", Boolean(near));
    for (const node of nodes) {
      node.element.classList.toggle("gone", hidden.has(node.family));
      node.element.classList.toggle("near", Boolean(near?.has(node)));
      node.element.classList.toggle("current", node === current);
      node.element.classList.toggle("chosen", node === chosen);
    }
    for (const line of lines) {
      line.element.classList.toggle("gone", hidden.has(line.identifier.family));
      line.element.classList.toggle("near", line.account === centre || line.identifier === centre);
    }
    if (current) drawing.setAttribute("aria-activedescendant", current.element.id);
    else drawing.removeAttribute("aria-activedescendant");
    // Only what changes is drawn anew: a button must not go while it is pressed.
    const now = [centre, ...hidden];
    if (now.length !== written.length || now.some((part, at) => part !== written[at])) {
      written = now;
      tell(centre);
    }
  }

  function tell(node) {
    if (!node) {
      panel.replaceChildren(h("p", { class: "about" }, NOTHING_CHOSEN));
      return;
    }
    const near = node.near.filter((other) => !hidden.has(other.family));
    panel.replaceChildren(
      h("h3", {}, node.family ? chip(node.family) : null, node.family ? " " : "account ", nameLink(node.label, node.name)),
      h("p", {}, node.told),
      actions(node),
      h("p", { class: "about" }, node.family
        ? `Used by ${several(near.length, noun)} in the drawing:`
        : `Uses ${several(near.length, "identifier")} in the drawing:`),
      h("ul", { class: "near-list" }, near.map((other) => h("li", {}, h("button", {
        type: "button", class: "plain",
        onclick: () => { choose(other, true); panel.querySelector("button")?.focus(); },
      }, other.family ? h("span", { class: `dot f-${other.family}` }) : null, named(other.name))))),
    );
  }

  function point(node) {
    if (!chosen) focusOn(node);
  }

  function focusOn(node) {
    if (current === node) return;
    current = node;
    show();
  }

  function choose(node, stay = false) {
    chosen = chosen === node && !stay ? null : node;
    current = chosen;
    show();
  }

  // The nearest node that lies in the direction of the arrow.
  function move(dx, dy) {
    const seen = nodes.filter((node) => !hidden.has(node.family));
    if (!current) {
      focusOn(seen[0] ?? null);
      return;
    }
    let best = null;
    let least = Infinity;
    for (const node of seen) {
      const x = node.x - current.x;
      const y = node.y - current.y;
      const far = Math.hypot(x, y);
      const along = (x * dx + y * dy) / (far || 1);
      if (node === current || along < NEAR) continue;
      const cost = far / along;
      if (cost < least) [best, least] = [node, cost];
    }
    if (!best) return;
    current = best;
    chosen = chosen ? best : null;
    show();
  }

  function zoom(factor, at = null) {
    const width = Math.min(Math.max(view.width * factor, SHEET.width / 8), SHEET.width * 1.5);
    const change = width / view.width;
    const [x, y] = at ?? [view.x + view.width / 2, view.y + view.height / 2];
    view.x = x - (x - view.x) * change;
    view.y = y - (y - view.y) * change;
    view.width = width;
    view.height *= change;
    show();
  }

  function all() {
    Object.assign(view, SHEET);
    show();
  }

  function key(event) {
    const actions = {
      ArrowLeft: () => move(-1, 0), ArrowRight: () => move(1, 0),
      ArrowUp: () => move(0, -1), ArrowDown: () => move(0, 1),
      Enter: () => current && choose(current), " ": () => current && choose(current),
      Escape: () => { chosen = null; focusOn(null); show(); },
      "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), 0: all,
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[event.key]();
  }

  function place(event) {
    const box = drawing.getBoundingClientRect();
    const scale = Math.max(view.width / box.width, view.height / box.height);
    return [
      view.x + view.width / 2 + (event.clientX - box.left - box.width / 2) * scale,
      view.y + view.height / 2 + (event.clientY - box.top - box.height / 2) * scale,
    ];
  }

  function grab(event) {
    if (event.button !== 0 || event.target.closest(".item, .member")) return;
    const from = place(event);
    const drag = (moved) => {
      const to = place(moved);
      view.x += from[0] - to[0];
      view.y += from[1] - to[1];
      show();
    };
    const drop = () => {
      drawing.classList.remove("grabbed");
      drawing.removeEventListener("pointermove", drag);
    };
    drawing.setPointerCapture(event.pointerId);
    drawing.classList.add("grabbed");
    drawing.addEventListener("pointermove", drag);
    drawing.addEventListener("pointerup", drop, { once: true });
    drawing.addEventListener("pointercancel", drop, { once: true });
  }

  // The wheel scrolls the page unless the graph has been clicked at or Ctrl is held.
  function wheel(event) {
    if (!event.ctrlKey && document.activeElement !== drawing) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.12 : 0.89, place(event));
  }

  function toggles() {
    const families = [...new Set(nodes.map((node) => node.family).filter(Boolean))];
    return families.map((family) => h("button", {
      type: "button", class: `chip f-${family}`, "aria-pressed": String(!hidden.has(family)),
      onclick: (event) => {
        if (hidden.has(family)) hidden.delete(family);
        else hidden.add(family);
        event.currentTarget.setAttribute("aria-pressed", String(!hidden.has(family)));
        if (hidden.has(chosen?.family) || hidden.has(current?.family)) chosen = current = null;
        show();
      },
    }, family));
  }

  const tools = h("div", { class: "tools no-print" },
    chips,
    h("div", { class: "zoom", role: "group", "aria-label": "Zoom" },
      h("button", { type: "button", "aria-label": "Zoom in", onclick: () => zoom(0.8) }, "+"),
      h("button", { type: "button", "aria-label": "Zoom out", onclick: () => zoom(1.25) }, "−"),
      h("button", { type: "button", onclick: all }, whole)));
  draw();
  return { element: h("div", {}, tools, h("div", { class: "net" }, drawing, panel)), draw, choose, drawing };
}

// What the drawing leaves out, in words.
function drawnTold(ring) {
  const { members, identifiers } = ring.graph;
  const shared = ring.items.filter((item) => item.outside !== null).length;
  const more = ring.rest.reduce((sum, [, number]) => sum + number, 0);
  const left = [];
  if (members.length < ring.size) left.push(`the ${count(members.length)} most tied of ${several(ring.size, "member")}`);
  if (identifiers.length < shared + more) left.push(`the ${count(identifiers.length)} strongest of about ${several(shared + more, "identifier")}`);
  return left.length
    ? `Drawn are ${left.join(" and ")}; the tables have the rest.`
    : "All members and all identifiers that tie them are drawn.";
}
