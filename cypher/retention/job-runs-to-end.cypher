// name: job-runs-to-end
// question: How many runs of jobs began before a time, but for the last good one of each?
// param before: integer
// column number: integer
// mode: read
// audience: internal
MATCH (job:Job)<-[:RUN_OF]-(run:JobRun)
WHERE run.state <> 'running' AND run.started_at.epochMillis < $before
  AND EXISTS { (job)<-[:RUN_OF]-(later:JobRun {state: 'done'}) WHERE later.started_at > run.started_at }
RETURN count(run) AS number
