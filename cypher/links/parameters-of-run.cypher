// name: parameters-of-run
// question: With which parameters were the links and rings in force found?
// column run_id: string
// column parameters: string
// column known_hubs: string
// mode: read
// audience: internal
MATCH (run:Run {state: 'done'})
RETURN run.run_id AS run_id, run.parameters AS parameters, run.known_hubs AS known_hubs
ORDER BY run.finished_at DESC, run_id DESC
LIMIT 1
