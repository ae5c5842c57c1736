// name: start-job-run
// question: Record that a job has started, and its settings.
// param job: string
// param job_run: string
// param date: string
// param host: string
// param versions: string
// param parameters: string
// audience: internal
// mode: write
MERGE (job:Job {job: $job})
MERGE (run:JobRun {job_run_id: $job_run})
MERGE (run)-[:RUN_OF]->(job)
SET run.state = 'running', run.started_at = coalesce(run.started_at, datetime.realtime()),
    run.date = $date, run.host = $host, run.versions = $versions, run.parameters = $parameters,
    run.steps = []
