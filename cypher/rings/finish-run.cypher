// name: finish-run
// question: Record that a detection is done, and what it found.
// param run: string
// param accounts: integer
// param links: integer
// param rings: integer
// param members: integer
// param footprints: integer
// param stages: string
// mode: write
// audience: internal
MATCH (run:Run {run_id: $run})
SET run.state = 'done', run.finished_at = datetime(), run.accounts = $accounts,
    run.links = $links, run.rings = $rings, run.members = $members,
    run.footprints = $footprints, run.stages = $stages
