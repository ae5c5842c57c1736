// The graph around an account or identifier, step by step: expand, hide hubs, go back, find a way.

const STEP = 40; // neighbours of one step
const MOST_NODES = 300; // more are not told apart, and would not stay fluid
const HUB = 50; // users from which on an identifier counts as a hub, until somebody moves the limit
const DISTANCE = 90;
const ROUNDS = 120;

async function explorePage() {
  const nodes = [];
  const lines = [];
  const known = new Map();
  const past = [];
  const status = h("p", { class: "about", role: "status" });
  const begin = asked().getAll("start");
  const limit = h("input", { id: "hub", type: "number", min: 2, value: HUB, onchange: () => hide() });
  const hubs = h("input", { id: "hide-hubs", type: "checkbox", onchange: () => hide() });
  const undo = h("button", { type: "button", disabled: true, onclick: () => back() }, "Undo");

  const id = (label, key) => `${label}|${key}`;
  function add(row, near) {
    const found = known.get(id(row.label, row.key));
    if (found) return found;
    const account = row.label === "Account";
    // Beside what led here, in a circle that turns with every node.
    const turn = known.size * 2.4;
    const node = {
      label: row.label, name: row.key, key: row.key, users: row.users ?? 0, family: account ? null : row.family ?? "subnet",
      radius: account ? 9 : 13, title: `${account ? "account" : kind(row.label)} ${row.key}`,
      x: (near?.x ?? 500) + Math.cos(turn) * DISTANCE, y: (near?.y ?? 310) + Math.sin(turn) * DISTANCE,
      expanded: false, still: false,
    };
    tell(node, row);
    known.set(id(row.label, row.key), node);
    nodes.push(node);
    return node;
  }
  // What is told of a node; one that a search or a way brought is known when it is expanded.
  function tell(node, row) {
    node.ring = row.ring_id ?? null;
    node.users = row.users ?? 0;
    node.mark = node.ring ? "ringed" : "";
    node.told = node.family
      ? `used by ${several(node.users, "account")}${row.status ? `, ${row.status}` : ""}`
      : [node.ring ? `in ${node.ring}` : "in no ring", row.status].filter(Boolean).join(", ");
    node.element = null; // drawn anew
  }
  function tie(one, other) {
    const [account, identifier] = one.family ? [other, one] : [one, other];
    if (lines.some((line) => line.account === account && line.identifier === identifier)) return;
    lines.push({ account, identifier });
  }
  const remember = () => {
    past.push({ nodes: [...nodes], lines: [...lines], places: nodes.map((node) => [node.x, node.y, node.expanded]) });
    undo.disabled = false;
  };
  function back() {
    const before = past.pop();
    if (!before) return;
    nodes.splice(0, nodes.length, ...before.nodes);
    lines.splice(0, lines.length, ...before.lines);
    known.clear();
    nodes.forEach((node, at) => {
      [node.x, node.y, node.expanded] = before.places[at];
      known.set(id(node.label, node.key), node);
    });
    undo.disabled = !past.length;
    drawn();
  }

  // Repulsion between all, springs along lines; what stood still before moves little.
  function settle() {
    const at = new Map(nodes.map((node, number) => [node, number]));
    const pairs = lines.map((line) => [at.get(line.account), at.get(line.identifier)]);
    for (let round = 0; round < ROUNDS; round += 1) {
      const heat = 14 * (1 - round / ROUNDS);
      const dx = new Float64Array(nodes.length);
      const dy = new Float64Array(nodes.length);
      for (let a = 0; a < nodes.length; a += 1) {
        for (let b = a + 1; b < nodes.length; b += 1) {
          const x = nodes[a].x - nodes[b].x || 0.1;
          const y = nodes[a].y - nodes[b].y || 0.1;
          const push = (DISTANCE * DISTANCE) / Math.max(x * x + y * y, 25);
          dx[a] += x * push; dy[a] += y * push; dx[b] -= x * push; dy[b] -= y * push;
        }
      }
      for (const [a, b] of pairs) {
        const x = nodes[a].x - nodes[b].x;
        const y = nodes[a].y - nodes[b].y;
        const pull = Math.hypot(x, y) / DISTANCE;
        dx[a] -= x * pull; dy[a] -= y * pull; dx[b] += x * pull; dy[b] += y * pull;
      }
      nodes.forEach((node, number) => {
        dx[number] += (500 - node.x) * 0.3;
        dy[number] += (310 - node.y) * 0.3;
        const far = Math.hypot(dx[number], dy[number]) || 1;
        const step = Math.min(far, heat) * (node.still ? 0.15 : 1);
        node.x += (dx[number] / far) * step;
        node.y += (dy[number] / far) * step;
      });
    }
    nodes.forEach((node) => { node.still = true; });
  }

  const hub = (node) => hubs.checked && node.family && node.users > Number(limit.value) && !node.kept;
  const shown = { nodes: [], lines: [] };
  function drawn() {
    shown.nodes.splice(0, shown.nodes.length, ...nodes.filter((node) => !hub(node)));
    shown.lines.splice(0, shown.lines.length, ...lines.filter((line) => !hub(line.account) && !hub(line.identifier)));
    const hidden = nodes.length - shown.nodes.length;
    status.textContent = `${several(shown.nodes.length, "node")}${hidden ? `, ${several(hidden, "hub")} hidden` : ""}.`;
    picture.draw();
  }
  const hide = () => drawn();

  async function expand(node) {
    if (nodes.length >= MOST_NODES) {
      status.textContent = `${count(MOST_NODES)} nodes are the most; undo a step, or begin with another.`;
      return;
    }
    try {
      const found = await api(`/v1/around?label=${encodeURIComponent(node.label)}&key=${encodeURIComponent(node.key)}&limit=${Math.min(STEP, MOST_NODES - nodes.length)}`);
      remember();
      tell(node, found);
      found.neighbours.forEach((row) => tie(node, add(row, node)));
      node.expanded = true;
      settle();
      drawn();
      const more = found.in_all - found.neighbours.length;
      if (more > 0) status.textContent += ` ${several(more, "neighbour")} of ${node.name} are not drawn.`;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      status.textContent = error.message;
    }
  }

  const ends = ["one", "other"].map((name) => h("input", { id: `path-${name}`, name, required: true, autocomplete: "off", placeholder: "account" }));
  const findPath = async (event) => {
    event.preventDefault();
    try {
      const steps = await api(`/v1/path?one=${encodeURIComponent(ends[0].value.trim())}&other=${encodeURIComponent(ends[1].value.trim())}`);
      if (!steps.length) {
        status.textContent = "No way of eight steps or fewer leads from one to the other.";
        return;
      }
      remember();
      let last = null;
      for (const step of steps) {
        const node = add(step, last);
        node.kept = true;
        if (last) tie(last, node);
        last = node;
      }
      settle();
      drawn();
      status.textContent = `${several(steps.length - 1, "step")}: ${steps.map((step) => step.key).join(" – ")}`;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      status.textContent = error.message;
    }
  };

  const picture = graphView({
    nodes: shown.nodes, lines: shown.lines, near: "account", whole: "Whole drawing",
    label: () => `${several(shown.nodes.length, "node")}. Arrows move from node to node, Enter selects, e expands what is selected, plus and minus zoom, zero shows the whole.`,
    actions: (node) => h("div", { class: "tools start" },
      node.expanded ? null : h("button", { type: "button", onclick: () => expand(node) }, node.family ? "Who else uses it" : "What it uses"),
      node.ring ? link("rings", node.ring) : null,
      node.family ? null : h("button", { type: "button", onclick: () => { (ends[0].value ? ends[1] : ends[0]).value = node.key; } }, "Way from or to it")),
  });
  picture.drawing.addEventListener("keydown", (event) => {
    if (event.key !== "e" || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = shown.nodes.find((node) => node.element.classList.contains("current"));
    if (at && !at.expanded) expand(at);
  });

  show("Graph",
    h("form", { class: "inline", action: "/graph", method: "get" },
      h("label", { for: "start" }, "Begin with"), h("input", { id: "start", name: "start", required: true, value: begin[0] ?? "", placeholder: "Account|acc_17 or Device|ja4-1f", autocomplete: "off" }), h("button", {}, "Show")),
    h("div", { class: "tools start" }, undo,
      h("span", { class: "inline" }, hubs, h("label", { for: "hide-hubs" }, "Hide hubs of more than"), limit, h("label", { for: "hub" }, "accounts"))),
    h("form", { class: "inline", onsubmit: findPath },
      h("label", { for: "path-one" }, "Way from"), ends[0], h("label", { for: "path-other" }, "to"), ends[1], h("button", {}, "Find")),
    status, h("section", { class: "card", "aria-label": "Drawing" }, picture.element));
  for (const one of begin) {
    const [label, ...rest] = one.includes("|") ? one.split("|") : ["Account", one];
    const node = add({ label, key: rest.join("|"), users: 0, family: FAMILY_OF[label] }, null);
    node.kept = true;
    await expand(node);
    past.length = 0;
    undo.disabled = true;
    picture.choose(node, true);
  }
  if (!begin.length) status.textContent = "Name an account or identifier to begin with, or come here from its page.";
}
const FAMILY_OF = {};
