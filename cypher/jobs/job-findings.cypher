// name: job-findings
// question: Which rings are current, and which of them are new since the last finished run of this job?
// param job: string
// column ring_id: string
// column size: integer
// column is_new: boolean
// column since: string
// audience: internal
// mode: read
OPTIONAL MATCH (:Job {job: $job})<-[:RUN_OF]-(run:JobRun {state: 'done'})
WITH run ORDER BY run.started_at DESC LIMIT 1
WITH run.job_run_id AS since, coalesce(run.rings, []) AS told
MATCH (ring:Ring)
WHERE EXISTS { (ring)<-[:MEMBER_OF]-() }
RETURN ring.ring_id AS ring_id, ring.size AS size, NOT ring.ring_id IN told AS is_new,
       since
ORDER BY ring_id
