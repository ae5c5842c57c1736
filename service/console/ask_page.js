// Stored queries: forms made from their headers; statements of one's own for those who may.

async function askPage(name) {
  const queries = await api("/v1/queries");
  if (!name) return askList(queries);
  const query = queries.find((one) => one.name === name);
  if (!query) throw new Problem(404, `There is no query ${name}.`, null);
  const given = asked();
  const box = h("div", { "aria-live": "polite" });
  const field = (one) => {
    const id = `p-${one.name}`;
    const value = given.get(one.name) ?? (one.default === null ? "" : typeof one.default === "object" ? JSON.stringify(one.default) : String(one.default));
    const shared = { id, name: one.name, required: one.required };
    const input = one.type === "boolean"
      ? h("select", shared, ["true", "false"].map((word) => h("option", { value: word, selected: value === word }, word)))
      : h("input", {
        ...shared, value, autocomplete: "off",
        type: { integer: "number", float: "number" }[one.type] ?? "text", step: one.type === "float" ? "any" : null,
        placeholder: { datetime: "2026-02-01T00:00", list: "[\"a\", \"b\"]", strings: "[\"a\", \"b\"]", map: "{}" }[one.type] ?? null,
      });
    return h("div", { class: "field" }, h("label", { for: id }, one.name.replaceAll("_", " "), h("span", { class: "about" }, ` ${one.type}${one.required ? "" : ", optional"}`)), input);
  };
  const run = async () => {
    box.replaceChildren(h("p", { class: "about" }, "Running…"));
    const parameters = {};
    for (const one of query.parameters) {
      const value = form.elements[one.name].value;
      if (value !== "" && value !== String(one.default)) parameters[one.name] = value;
    }
    try {
      box.replaceChildren(...resultOf(await send(`/v1/queries/${encodeURIComponent(name)}`, { parameters })));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      box.replaceChildren(problem(error));
    }
  };
  const form = h("form", {
    class: "ask", onsubmit: (event) => {
      event.preventDefault();
      const chosen = [...new FormData(form)].filter(([key, value]) => value !== "" && value !== String(query.parameters.find((one) => one.name === key)?.default));
      history.replaceState(null, "", `${location.pathname}?${new URLSearchParams([...chosen, ["run", "1"]])}`);
      run();
    },
  }, query.parameters.map(field), h("div", {}, h("button", { class: "main" }, "Ask")));
  show(h("h1", { tabindex: -1 }, h("span", { class: "eyebrow" }, `${query.folder} / ${query.name}`), query.question),
    h("section", { class: "card", "aria-label": "Parameters" }, form), box);
  if (given.has("run") || !query.parameters.some((one) => one.required)) await run();
  return undefined;
}

function askList(queries) {
  const field = h("input", { type: "search", id: "find-query", placeholder: "Words of a question", autocomplete: "off", oninput: () => fill() });
  const box = h("div");
  const fill = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = queries.filter((one) => words.every((word) => `${one.name} ${one.folder} ${one.question}`.toLowerCase().includes(word)));
    box.replaceChildren(plainTable("Stored queries", [
      { title: "Question", cell: (one) => h("a", { class: "row", href: path("ask", one.name) }, one.question) },
      { title: "Folder", wide: true, cell: (one) => one.folder },
    ], found, "No stored query has these words."));
  };
  fill();
  show("Ask", h("div", { class: "field" }, h("label", { for: "find-query" }, "Find a question"), field),
    may("ask cypher") ? cypherCard() : null, h("section", { class: "card", "aria-label": "Stored queries" }, box));
}

function cypherCard() {
  const area = h("textarea", { id: "statement", required: true, rows: 5, spellcheck: "false" });
  const box = h("div", { "aria-live": "polite" });
  const submit = async (event) => {
    event.preventDefault();
    box.replaceChildren(h("p", { class: "about" }, "Running…"));
    try {
      box.replaceChildren(...resultOf(await send("/v1/cypher", { statement: area.value })));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      box.replaceChildren(problem(error));
    }
  };
  return h("details", { class: "card" }, h("summary", {}, "A statement of your own"),
    h("form", { class: "ask", onsubmit: submit },
      h("label", { for: "statement" }, "Cypher that reads; the audit log has a line of each statement"), area,
      h("div", {}, h("button", {}, "Run"))), box);
}

// Columns that hold names of pages.
const COLUMN_LABELS = { account_id: "Account", other_account_id: "Account", account_a: "Account", account_b: "Account", one: "Account", ring_id: "Ring", ring_a: "Ring", ring_b: "Ring", other_ring: "Ring", ring: "Ring" };

function resultOf({ columns, rows, messages, cut }) {
  const value = (column, one) => {
    if (one === null || one === undefined) return "–";
    if (Array.isArray(one)) return one.slice(0, 12).map((item, at) => [at ? ", " : "", value(column === "rings" ? "ring_id" : column === "accounts" ? "account_id" : column, item)]).concat(one.length > 12 ? ` and ${count(one.length - 12)} more` : []);
    if (typeof one === "object") return named(JSON.stringify(one));
    if (typeof one === "number") return Number.isInteger(one) ? count(one) : bits(one);
    if (typeof one === "boolean") return one ? "yes" : "no";
    if (COLUMN_LABELS[column]) return nameLink(COLUMN_LABELS[column], one);
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(one) ? moment(one) : named(one);
  };
  const numeric = (column) => rows.every((row) => row[column] === null || typeof row[column] === "number");
  const table = sortable({
    caption: "Result", part: 50, rows, none: messages[0] ?? "No rows.",
    columns: columns.map((column) => ({
      title: column.replaceAll("_", " "), number: rows.length > 0 && numeric(column), cell: (row) => (column === "identifier" && (row.kind ?? row.label) in KINDS ? nameLink(row.kind ?? row.label, row[column]) : value(column, row[column])),
      value: (row) => (typeof row[column] === "object" ? null : row[column]),
    })),
  });
  return [h("section", { class: "card result", "aria-label": "Result" },
    h("div", { class: "list-head" }, h("p", { class: "about" }, `${several(rows.length, "row")}${cut ? "; there are more" : ""}`),
      rows.length ? h("button", { type: "button", onclick: () => saveCsv(columns, rows) }, "Save as CSV") : null),
    ...messages.filter(() => rows.length).map((line) => h("p", { class: "about" }, line)),
    barsOf(columns, rows, numeric),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Rows" }, table.element))];
}

// A chart where it says something: one text and one number, up to forty rows.
function barsOf(columns, rows, numeric) {
  const number = columns.find((column) => numeric(column) && rows.some((row) => row[column] > 0));
  const text = columns.find((column) => rows.every((row) => typeof row[column] === "string"));
  if (!number || !text || rows.length < 2 || rows.length > 40) return null;
  const most = Math.max(...rows.map((row) => row[number] ?? 0));
  return h("details", {}, h("summary", {}, `As a chart: ${number.replaceAll("_", " ")}`),
    h("ul", { class: "bars" }, rows.map((row) => h("li", {}, h("span", { class: "bar-name" }, named(short(row[text], 60))),
      h("span", { class: "bar-line" }, placed(h("span", {}), { width: (100 * Math.max(row[number] ?? 0, 0)) / most })), h("span", { class: "number" }, count(row[number]))))));
}

// A text that begins like a formula is one to spreadsheets; an apostrophe takes that away.
function saveCsv(columns, rows) {
  const cell = (one) => {
    const text = one === null || one === undefined ? "" : typeof one === "object" ? JSON.stringify(one) : String(one);
    const safe = typeof one === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const text = [columns, ...rows.map((row) => columns.map((column) => row[column]))].map((row) => row.map(cell).join(",")).join("\n");
  const file = h("a", { download: "result.csv" });
  file.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  file.click();
  URL.revokeObjectURL(file.href);
}
