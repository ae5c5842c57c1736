// name: last-run
// question: With what was the last detection done?
// column run: string
// column algorithm: string
// column parameters: string
// column known_hubs: string
// mode: read
// audience: internal
MATCH (run:Run {state: 'done'})
// Ordered before the names of the answer hide the node.
WITH run ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
RETURN run.run_id AS run, run.algorithm AS algorithm, run.parameters AS parameters,
       run.known_hubs AS known_hubs
