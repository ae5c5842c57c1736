// name: note-job-steps
// question: Record the progress of a job: what each step did, as JSON.
// param job_run: string
// param steps: list
// audience: internal
// mode: write
MATCH (run:JobRun {job_run_id: $job_run})
SET run.steps = $steps
