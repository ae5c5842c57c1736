// Which part is shown follows from the address: nothing for the whole, #ring-1f2e… for a ring. The
// id of a ring stays the same from run to run, so an address leads to it in a later report too.

const main = document.getElementById("main");
let overview = null;
let shown = null; // number of the ring that is shown

async function open() {
  const number = overview.place.get(location.hash) ?? null;
  if (number === null) {
    if (location.hash.length > 1) say("This report does not hold that ring.");
    const from = shown;
    shown = null;
    showOverview(from);
    return;
  }
  shown = number;
  const ring = await unpack(`ring-${number}`);
  if (shown !== number) return; // another one was asked for meanwhile
  const order = overview.view.list.order();
  const at = order.indexOf(number);
  const around = at < 0 ? [number] : order;
  const here = around.indexOf(number);
  forget();
  const { page, title } = ringView(ring, {
    rank: here + 1,
    of: around.length,
    before: overview.report.rings[around[here - 1]] ?? null,
    after: overview.report.rings[around[here + 1]] ?? null,
  });
  main.replaceChildren(page);
  document.title = `${clean(ring.id)} · suspected ring · ringleader`;
  window.scrollTo(0, 0);
  title.focus({ preventScroll: true });
}

function showOverview(from) {
  forget();
  tables.add(overview.view.list.table);
  main.replaceChildren(overview.view.page);
  document.title = "Suspected rings · ringleader";
  if (from === null) return;
  overview.view.list.table.turnTo(overview.report.rings[from]);
  const link = [...main.querySelectorAll("a.row")].find((row) => row.hash === ringAddress(overview.report.rings[from]));
  link?.focus();
  link?.scrollIntoView({ block: "center" });
}

function forget() {
  tables.clear();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    if (shown !== null) {
      shown = null;
      history.pushState(null, "", "#");
      showOverview(null);
    }
    overview?.view.list.search.focus();
  }
  if (event.key === "Escape" && !typing && shown !== null && !event.target.closest(".network")) location.hash = "";
});

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

try {
  const report = await unpack("overview");
  nameIdentifiers(report.words);
  overview = {
    report, view: overviewView(report),
    place: new Map(report.rings.map((ring, at) => [ringAddress(ring), at])),
  };
  window.addEventListener("hashchange", open);
  await open();
  document.documentElement.dataset.ready = "true";
} catch (error) {
  main.replaceChildren(h("p", { class: "wait" },
    `This report cannot be shown: ${error.message}. It needs a browser of 2023 or later.`));
  throw error;
}
