// name: end-job-runs
// question: Delete the runs of jobs that began before a time, but for the last good one of each.
// param before: integer
// mode: write
// audience: internal
MATCH (job:Job)<-[:RUN_OF]-(run:JobRun)
WHERE run.state <> 'running' AND run.started_at.epochMillis < $before
  AND EXISTS { (job)<-[:RUN_OF]-(later:JobRun {state: 'done'}) WHERE later.started_at > run.started_at }
DETACH DELETE run
