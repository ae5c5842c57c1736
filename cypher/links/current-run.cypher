// name: current-run
// question: Which detection's links and rings are in force?
// column run_id: string
// mode: read
// audience: internal
MATCH (run:Run {state: 'done'})
RETURN run.run_id AS run_id
ORDER BY run.finished_at DESC, run_id DESC
LIMIT 1
