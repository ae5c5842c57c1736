// name: start-run
// question: Record that a detection has started, and its parameters.
// param run: string
// param algorithm: string
// param parameters: string
// param known_hubs: string
// param version: string
// mode: write
// audience: internal
MERGE (run:Run {run_id: $run})
SET run.state = 'open', run.started_at = datetime(), run.algorithm = $algorithm,
    run.parameters = $parameters, run.known_hubs = $known_hubs, run.version = $version
