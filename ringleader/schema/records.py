"""What the graph remembers of its own making: loads, detections, jobs, and who writes just now."""

from __future__ import annotations

from ringleader.schema.types import NodeType

RECORDS: tuple[NodeType, ...] = (
    NodeType(
        "Batch",
        "batch_id",
        "A set of input files, loaded once.",
        derived=(
            ("table", "table of the input contract"),
            ("state", "open, done, or abandoned (given up, what is in stays)"),
            ("started_at", "when it was first begun"),
            ("finished_at", "when it was complete"),
            ("files", "SHA-256 of each file"),
            ("file_names", "what the files were called"),
            ("mapping", "SHA-256 of the mapping"),
            ("chunk_size", "rows in one transaction"),
            ("rows", "rows loaded"),
            ("quarantined", "rows refused"),
            ("duplicates", "rows left out because another says the same"),
            ("reads_graph", "whether its rows depend on what was in the graph"),
        ),
    ),
    NodeType(
        "Run",
        "run_id",
        "One detection over the graph as it stood.",
        derived=(
            ("state", "open or done"),
            ("started_at", "when it began"),
            ("finished_at", "when it was complete"),
            ("algorithm", "leiden or louvain"),
            ("parameters", "every parameter, as JSON"),
            ("known_hubs", "size and SHA-256 of the list of known hubs, as JSON"),
            ("version", "of ringleader"),
            ("accounts", "accounts looked at"),
            ("links", "links written"),
            ("rings", "rings found"),
            ("members", "accounts in rings"),
            ("stages", "seconds of each stage before its rings were published, as JSON"),
        ),
    ),
    NodeType(
        "Job",
        "job",
        "Scheduled work, as `[jobs]` of the settings file declares it.",
    ),
    NodeType(
        "JobRun",
        "job_run_id",
        "One run of a job, whatever came of it.",
        derived=(
            ("state", "running, done, failed, interrupted, or crashed (it never said)"),
            ("started_at", "when it began"),
            ("finished_at", "when it ended"),
            ("date", "the day that its placeholders stand for"),
            ("host", "where it ran"),
            ("versions", "of ringleader, Python and the server, as JSON"),
            ("parameters", "the job as it was declared, addresses shortened, as JSON"),
            ("steps", "per step what it was, its state, seconds and counts, each as JSON"),
            ("error", "what failed"),
            ("rings", "ring_id of each ring that stood at its end"),
            ("new_rings", "those that did not stand at the end of the last run that was done"),
        ),
    ),
    NodeType(
        "Lease",
        "lease_id",
        "Who writes alone just now; there is none while nobody does.",
        derived=(
            ("token", "what each write of the holder checks"),
            ("holder", "what it does, and where"),
            ("place", "the file lock that it holds as well"),
            ("taken_at", "since when"),
            ("expires_at", "when it lapses unless it is renewed"),
        ),
    ),
)
