// name: forget-runs
// question: Delete finished runs that are older than the history that is kept.
// param history_runs: integer
// audience: internal
// mode: write
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC
SKIP $history_runs
DETACH DELETE run
