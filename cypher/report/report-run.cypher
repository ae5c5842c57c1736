// name: report-run
// question: Which run found the rings, on which evidence, and what has changed since?
// column run_id: string
// column started_at: datetime
// column finished_at: datetime
// column algorithm: string
// column version: string
// column parameters: string
// column known_hubs: string
// column accounts: integer
// column links: integer
// column rings: integer
// column members: integer
// column uses: map
// column loaded_since: integer
// audience: internal
// mode: read
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
RETURN run.run_id AS run_id, run.started_at AS started_at, run.finished_at AS finished_at,
       run.algorithm AS algorithm, run.version AS version, run.parameters AS parameters,
       run.known_hubs AS known_hubs, run.accounts AS accounts, run.links AS links,
       run.rings AS rings, run.members AS members,
       { {{ use_counts }},
        referred: COUNT { ()-[:CONTACTED {kind: 'referred'}]->() },
        invited: COUNT { ()-[:CONTACTED {kind: 'invited'}]->() },
        transferred: COUNT { ()-[:CONTACTED {kind: 'transferred'}]->() }} AS uses,
       COUNT { MATCH (batch:Batch) WHERE batch.finished_at > run.started_at AND batch.table <> 'labels' } AS loaded_since
