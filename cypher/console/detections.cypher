// name: detections
// question: Which detections ran, with their parameters, stages and results, the latest first?
// param limit: integer = 30
// column run_id: string
// column state: string
// column started_at: datetime
// column finished_at: datetime
// column algorithm: string
// column version: string
// column accounts: integer
// column links: integer
// column rings: integer
// column members: integer
// column parameters: string
// column stages: string
// column known_hubs: string
// mode: read
// audience: internal
MATCH (run:Run)
RETURN run.run_id AS run_id, run.state AS state, run.started_at AS started_at,
       run.finished_at AS finished_at, run.algorithm AS algorithm, run.version AS version,
       run.accounts AS accounts, run.links AS links, run.rings AS rings, run.members AS members,
       run.parameters AS parameters, run.stages AS stages, run.known_hubs AS known_hubs
ORDER BY started_at DESC, run_id
LIMIT $limit
