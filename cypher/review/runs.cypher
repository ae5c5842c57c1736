// name: runs
// question: Which detections ran, on how many accounts, and what did they find?
// param limit: integer = 20
// column run_id: string
// column started_at: datetime
// column state: string
// column accounts: integer
// column links: integer
// column rings: integer
// mode: read
MATCH (run:Run)
RETURN run.run_id AS run_id, run.started_at AS started_at, run.state AS state,
       run.accounts AS accounts, run.links AS links, run.rings AS rings
ORDER BY started_at DESC, run_id
LIMIT $limit
