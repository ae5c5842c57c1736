// name: finish-job-run
// question: Record how a job ended, and which rings were current then.
// param job_run: string
// param state: string
// param error: string = null
// param steps: list
// param rings: list
// param new_rings: list
// audience: internal
// mode: write
MATCH (run:JobRun {job_run_id: $job_run})
SET run.state = $state, run.error = $error, run.steps = $steps, run.rings = $rings,
    run.new_rings = $new_rings, run.finished_at = datetime.realtime()
