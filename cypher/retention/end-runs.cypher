// name: end-runs
// question: Delete the records of detections that ended before a time, but for the latest.
// param before: integer
// mode: write
// audience: internal
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC SKIP 1
WITH run WHERE run.finished_at.epochMillis < $before
DETACH DELETE run
