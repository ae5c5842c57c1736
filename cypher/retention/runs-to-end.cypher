// name: runs-to-end
// question: How many detections ended before a time, but for the latest?
// param before: integer
// column number: integer
// mode: read
// audience: internal
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC SKIP 1
WITH run WHERE run.finished_at.epochMillis < $before
RETURN count(run) AS number
