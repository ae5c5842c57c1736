// Detections and jobs: what ran, how long each stage took, what differs from the run before.

async function runsPage() {
  const { rows } = await api("/v1/runs");
  const stages = (row) => Object.entries(row.stages).sort((a, b) => b[1] - a[1]);
  show("Runs",
    h("p", { class: "lead" }, "Detections, the latest first. A setting is listed where it differs from the run before."),
    h("section", { class: "card", "aria-label": "Detections" }, plainTable("Detections", [
      { title: "Run", cell: (row) => [named(row.run_id), h("span", { class: "sub" }, h("a", { href: `/changes?since=${encodeURIComponent(row.run_id)}` }, "what changed since"))] },
      { title: "State", cell: (row) => state(row.state) },
      { title: "Began", cell: (row) => moment(row.started_at) },
      { title: "Accounts", number: true, wide: true, cell: (row) => count(row.accounts) },
      { title: "Rings", number: true, cell: (row) => count(row.rings) },
      { title: "Members", number: true, wide: true, cell: (row) => count(row.members) },
      { title: "Stages", wide: true, cell: (row) => (stages(row).length ? h("details", {}, h("summary", {}, `${bits(stages(row).reduce((sum, [, seconds]) => sum + seconds, 0))} s`), h("ul", { class: "plain" }, stages(row).map(([name, seconds]) => h("li", {}, `${name}: ${bits(seconds)} s`)))) : "–") },
      { title: "Differs in", cell: (row) => (row.changed.length ? h("ul", { class: "plain" }, row.changed.map((one) => h("li", {}, `${one.name.replaceAll("_", " ")}: `, named(one.before ?? "–"), " → ", named(one.now ?? "–")))) : "nothing") },
    ], rows, "No detection has run; ringleader detect")),
    may("run jobs") ? await shadowCard() : null);
}

// A shadow run: detection with other settings. Nothing is published; the difference is shown.
async function shadowCard() {
  const { rows } = await api("/v1/parameters");
  const settings = rows.filter((row) => typeof row.value === "number");
  const result = h("div", { "aria-live": "polite" });
  const told = h("div", {});
  const algorithm = h("select", { id: "shadow-algorithm" }, ["leiden", "louvain"].map((name) => h("option", { value: name }, name)));
  const fields = settings.map((row) => ({ row, field: h("input", { id: `set-${row.parameter}`, type: "number", step: "any", value: row.value, "aria-describedby": `about-${row.parameter}` }) }));
  const begin = async (event) => {
    event.preventDefault();
    told.replaceChildren();
    const changed = fields.filter(({ row, field }) => field.value !== "" && Number(field.value) !== row.value);
    try {
      shown(await send("/v1/shadow", { algorithm: algorithm.value, parameters: Object.fromEntries(changed.map(({ row, field }) => [row.parameter, Number(field.value)])) }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      told.replaceChildren(problem(error));
    }
  };
  const shown = (run) => {
    const given = Object.entries(run.settings).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`).join(", ");
    if (run.state === "none") return;
    if (run.state === "running") {
      result.replaceChildren(h("p", { role: "status" }, `A shadow run of ${clean(run.by)} is under way (${given}).`));
      setTimeout(async () => {
        if (location.pathname === "/runs") shown(await api("/v1/shadow").catch(() => run));
      }, 2000);
      return;
    }
    if (run.state === "failed") {
      result.replaceChildren(problem(new Problem(0, `The shadow run failed: ${clean(run.error)}`, null)));
      return;
    }
    const made = new Set(run.rows.filter((row) => row.change === "new").map((row) => row.ring_id)); // have no page
    const columns = changeColumns({ page: (row) => !made.has(row.ring_id) });
    columns.splice(6, 0, { title: "Who would leave", wide: true, cell: (row) => someAccounts(row.accounts_left) });
    result.replaceChildren(
      h("h3", {}, `With ${given}`),
      h("p", { class: "about" }, `${moment(run.began)}, by ${clean(run.by)}, ${bits(run.seconds)} s`),
      h("ul", { class: "plain" }, run.messages.slice(run.messages.findIndex((line) => /^(other settings|would publish)/.test(line))).map((line) => h("li", {}, clean(line)))),
      plainTable("Differences of the shadow run", columns, run.rows, "The rings would stay as they are."));
  };
  shown(await api("/v1/shadow"));
  return card("Shadow run", "Detects with other settings and shows how the rings would differ. Nothing is published or written. Loads and detections are refused until it ends.",
    told, h("form", { onsubmit: begin },
      h("label", { class: "pick", for: "shadow-algorithm" }, "Algorithm", algorithm),
      h("details", {}, h("summary", {}, "Parameters"), h("div", { class: "settings" }, fields.map(({ row, field }) =>
        h("div", { class: "field" }, h("label", { for: field.id }, row.parameter.replaceAll("_", " ")), field,
          h("span", { class: "about", id: `about-${row.parameter}` }, row.reason))))),
      h("button", { class: "main" }, "Start a shadow run")),
    result);
}

async function jobsPage() {
  const { jobs, runs } = await api("/v1/jobs");
  const told = h("div", {});
  const begin = async (name) => {
    try {
      await send(`/v1/jobs/${encodeURIComponent(name)}/runs`, {});
      told.replaceChildren(h("p", { class: "done", role: "status" }, `${name} was started; its line appears below when it holds the lock.`));
      follow(runs[0]?.job_run_id, 20);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      told.replaceChildren(problem(error));
    }
  };
  // A job needs some seconds to start: the page is read again until it has ended, at most a minute.
  const follow = (last, times) => setTimeout(async () => {
    if (location.pathname !== "/jobs" || !times) return;
    const [newest] = (await api("/v1/jobs?limit=1").catch(() => ({ runs: [] }))).runs;
    if (newest && newest.job_run_id !== last && newest.state !== "running") start();
    else follow(last, times - 1);
  }, 3000);
  show("Jobs", told,
    h("section", { class: "card", "aria-label": "Jobs" }, h("h2", {}, "Declared"), plainTable("Declared jobs", [
      { title: "Job", cell: (row) => [named(row.job), row.description ? h("span", { class: "sub" }, named(row.description)) : null] },
      { title: "Schedule (UTC)", cell: (row) => row.schedule ?? "by hand" },
      { title: "Due", wide: true, cell: (row) => moment(row.due) },
      { title: "Steps", wide: true, cell: (row) => row.steps.join(", ") },
      ...(may("run jobs") ? [{ title: "", cell: (row) => h("button", { type: "button", onclick: () => begin(row.job) }, `Start ${row.job}`) }] : []),
    ], jobs, "The settings declare no job; docs/jobs.md shows how.")),
    h("section", { class: "card", "aria-label": "Runs of jobs" }, h("h2", {}, "Runs"), plainTable("Runs of jobs", [
      { title: "Run", cell: (row) => named(row.job_run_id) },
      { title: "State", cell: (row) => [state(row.state), row.error ? h("span", { class: "sub" }, named(row.error)) : null] },
      { title: "Began", cell: (row) => moment(row.started_at) },
      { title: "Seconds", number: true, wide: true, cell: (row) => (row.seconds === null ? "" : bits(row.seconds)) },
      { title: "New rings", number: true, cell: (row) => count(row.new_rings?.length ?? null) },
      { title: "Steps", wide: true, cell: (row) => h("details", {}, h("summary", {}, several(row.steps.length, "step")), h("ul", { class: "plain" }, row.steps.map((one) => h("li", {}, `${one.step}: ${one.state}${one.seconds === undefined ? "" : `, ${bits(one.seconds)} s`}`)))) },
    ], runs, "No job has run.")));
}
