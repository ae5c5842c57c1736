// A table that sorts by its headings and shows one part of its rows at a time.

const tables = new Set();

// Columns have a title, value (to sort by) and cell (what is shown); `number` aligns right and sorts
// downwards first, `wide` leaves the column out where there is no room.
function sortable({ caption, columns, rows, part, by = null, down = true, none }) {
  const state = { rows, by, down, at: 0, all: false };
  const head = h("tr");
  const body = h("tbody");
  const pager = h("nav", { class: "pager no-print", "aria-label": `Parts of: ${caption}` });
  const element = h("div", { class: "table" },
    h("table", {}, h("caption", { class: "unseen" }, caption), h("thead", {}, head), body), pager);

  const headings = columns.map((column, number) => {
    const cell = h("th", { scope: "col", class: classes(column) });
    if (column.value) {
      cell.append(h("button", {
        type: "button",
        class: "sort",
        onclick: () => {
          state.down = state.by === number ? !state.down : Boolean(column.number);
          state.by = number;
          state.at = 0;
          show();
          say(`Sorted by ${column.title}, ${state.down ? "descending" : "ascending"}`);
        },
      }, column.title, h("span", { class: "arrow", "aria-hidden": "true" })));
    } else {
      cell.append(column.title);
    }
    return cell;
  });
  head.append(...headings);

  function classes(column) {
    return [column.number ? "number" : "", column.wide ? "wide" : "", column.name ?? ""].join(" ").trim();
  }

  function sorted() {
    if (state.by === null) return state.rows;
    const value = columns[state.by].value;
    const sign = state.down ? -1 : 1;
    return [...state.rows].sort((one, other) => {
      const a = value(one);
      const b = value(other);
      // What is unknown comes last in either direction.
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (a < b ? -1 : a > b ? 1 : 0);
    });
  }

  function show() {
    headings.forEach((cell, number) => {
      if (!columns[number].value) return;
      const on = state.by === number;
      cell.setAttribute("aria-sort", on ? (state.down ? "descending" : "ascending") : "none");
    });
    const order = sorted();
    const size = state.all ? order.length || 1 : part;
    const parts = Math.max(1, Math.ceil(order.length / size));
    state.at = Math.min(state.at, parts - 1);
    const shown = order.slice(state.at * size, (state.at + 1) * size);
    body.replaceChildren(...shown.map((row) =>
      h("tr", {}, columns.map((column) => {
        const tag = column.heads ? "th" : "td";
        return h(tag, { class: classes(column), scope: column.heads ? "row" : null }, column.cell(row));
      }))));
    if (!shown.length) {
      body.append(h("tr", {}, h("td", { colspan: columns.length, class: "none" }, none)));
    }
    pager.replaceChildren();
    if (parts > 1) {
      const first = state.at * size;
      pager.append(
        step("Previous", -1, state.at === 0),
        h("span", {}, `${count(first + 1)}–${count(first + shown.length)} of ${count(order.length)}`),
        step("Next", 1, state.at === parts - 1),
      );
    }
  }

  function step(title, by_, last) {
    return h("button", {
      type: "button",
      disabled: last,
      onclick: () => {
        state.at += by_;
        show();
        const again = [...pager.querySelectorAll("button")];
        const same = again[by_ < 0 ? 0 : 1];
        (same && !same.disabled ? same : again.find((button) => !button.disabled))?.focus();
        say(pager.querySelector("span").textContent);
      },
    }, title);
  }

  // Arrows go from row to row by the link that each of them has.
  body.addEventListener("keydown", (event) => {
    const links = [...body.querySelectorAll("a.row")];
    const at = links.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    links[Math.max(0, Math.min(to, links.length - 1))].focus();
  });

  show();
  const made = {
    element,
    rows(next) {
      state.rows = next;
      state.at = 0;
      show();
    },
    whole(all) {
      state.all = all;
      show();
    },
    order: sorted,
    focus: () => body.querySelector("a.row")?.focus(),
    turnTo(row) {
      const at = sorted().indexOf(row);
      if (at >= 0) state.at = Math.floor(at / part);
      show();
    },
  };
  tables.add(made);
  return made;
}

// Paper has no next page to click at.
window.addEventListener("beforeprint", () => tables.forEach((table) => table.whole(true)));
window.addEventListener("afterprint", () => tables.forEach((table) => table.whole(false)));
