"""What the graph remembers of its own making: loads, detections, jobs, and who writes just now."""

from __future__ import annotations

from ringleader.schema.types import Kind, Merge, NodeType, Property


def _assigned(name: str, kind: Kind, doc: str) -> Property:
    return Property(name, kind, Merge.ASSIGN, doc)


RECORDS: tuple[NodeType, ...] = (
    NodeType(
        "Batch",
        "batch_id",
        "A set of input files, loaded once.",
        # The stored query open-batch writes them; a bulk load writes them to a file.
        properties=(
            _assigned("table", Kind.STRING, "table of the input contract"),
            _assigned("state", Kind.STRING, "open, done, or abandoned (written rows stay)"),
            _assigned("started_at", Kind.DATETIME, "when it began"),
            _assigned("finished_at", Kind.DATETIME, "when it was complete"),
            _assigned("files", Kind.STRINGS, "SHA-256 of each file"),
            _assigned("file_names", Kind.STRINGS, "names of the files; of a lake, its address"),
            _assigned("lake_table", Kind.STRING, "format and id of the table of a lake"),
            _assigned("lake_version", Kind.INTEGER, "version or snapshot that was read of it"),
            _assigned("mapping", Kind.STRING, "SHA-256 of the mapping"),
            _assigned("chunk_size", Kind.INTEGER, "rows in one transaction"),
            _assigned("rows", Kind.INTEGER, "rows loaded"),
            _assigned("quarantined", Kind.INTEGER, "rows refused"),
            _assigned("duplicates", Kind.INTEGER, "rows left out as duplicates of another"),
            _assigned("reads_graph", Kind.BOOLEAN, "whether its rows depend on the graph before"),
        ),
    ),
    NodeType(
        "Store",
        "store_id",
        "The database itself: what every load into it has to agree with.",
        derived=(
            ("key_fingerprint", "fingerprint of the key that its hashes were made with"),
            ("schema_version", "version of the schema, as `ringleader upgrade` has left it"),
        ),
    ),
    NodeType(
        "Appeal",
        "appeal_id",
        "The holder of an account contests a decision.",
        indexes=("account_id",),
        derived=(
            ("account_id", "the account"),
            ("state", "open, upheld (the decision stays) or granted (the account left its ring)"),
            ("note", "what its holder says"),
            ("opened_at", "since when"),
            ("answer", "what was answered"),
            ("closed_at", "when it was answered"),
            ("closed_by", "by whom"),
        ),
    ),
    NodeType(
        "Assignment",
        "assignment_id",
        "Somebody took over a ring, or gave it back. The latest of a ring counts, and all stay.",
        derived=(
            ("owner", "who works on the ring; null when it was given back"),
            ("at", "since when"),
            ("by", "who said so"),
            ("note", "why"),
        ),
    ),
    NodeType(
        "Tombstone",
        "account_hash",
        "An account that was erased, known by a keyed hash only: who comes back is recognised.",
        derived=(("forgotten_at", "when it was erased"),),
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
            ("footprints", "rings with a footprint, for the check"),
            ("stages", "seconds of each stage before its rings were published, as JSON"),
        ),
        indexes=("finished_at",),
    ),
    NodeType(
        "Job",
        "job",
        "Scheduled work, as `[jobs]` of the settings file declares it.",
    ),
    NodeType(
        "JobRun",
        "job_run_id",
        "One run of a job, with its result.",
        derived=(
            ("state", "running, done, failed, interrupted, or crashed (no recorded end)"),
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
        "The process that may write now; there is none while nobody writes.",
        derived=(
            ("token", "what each write of the holder checks"),
            ("holder", "what it does, and where"),
            ("place", "the file lock that it holds as well"),
            ("taken_at", "since when"),
            ("expires_at", "when it lapses unless it is renewed"),
        ),
    ),
)
