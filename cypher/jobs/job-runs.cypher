// name: job-runs
// question: Which jobs ran, when, with which settings, and with which result?
// param job: string = null
// param job_run: string = null
// param limit: integer = 20
// column job_run_id: string
// column job: string
// column state: string
// column started_at: datetime
// column seconds: float
// column date: string
// column rings: integer
// column new_rings: list
// column host: string
// column versions: string
// column parameters: string
// column steps: list
// column error: string
// audience: internal
// mode: read
MATCH (run:JobRun)-[:RUN_OF]->(job:Job)
WHERE ($job IS NULL OR job.job = $job) AND ($job_run IS NULL OR run.job_run_id = $job_run)
RETURN run.job_run_id AS job_run_id, job.job AS job, run.state AS state,
       run.started_at AS started_at,
       duration.inSeconds(run.started_at, run.finished_at).milliseconds / 1000.0 AS seconds,
       run.date AS date, size(run.rings) AS rings, run.new_rings AS new_rings, run.host AS host,
       run.versions AS versions, run.parameters AS parameters, run.steps AS steps,
       run.error AS error
ORDER BY started_at DESC, job_run_id
LIMIT $limit
