// name: last-job-run
// question: When did the last finished run of this job end, and for which day did it run?
// param job: string
// column finished_at: datetime
// column date: string
// audience: internal
// mode: read
MATCH (:Job {job: $job})<-[:RUN_OF]-(run:JobRun {state: 'done'})
RETURN run.finished_at AS finished_at, run.date AS date
ORDER BY finished_at DESC
LIMIT 1
