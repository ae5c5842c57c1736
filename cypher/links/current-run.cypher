// name: current-run
// question: Which run do the current links and rings come from?
// column run_id: string
// column finished_at: datetime
// mode: read
// audience: internal
MATCH (run:Run {state: 'done'})
RETURN run.run_id AS run_id, run.finished_at AS finished_at
ORDER BY finished_at DESC, run_id DESC
LIMIT 1
