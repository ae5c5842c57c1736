"""prompts → (:PromptCluster); and the clusters of raw prompts in requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ringleader.catalogue import get
from ringleader.errors import SettingsError
from ringleader.loaders.enrichment import prompt_skeletons
from ringleader.loaders.tables.interface import Notes, Plan, TableInput, TableLoader

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ringleader.loaders.enrichment.prompt_meanings import Meanings
    from ringleader.loaders.workspace import Workspace
    from ringleader.settings import Settings


def plan(given: TableInput) -> Plan:
    """What clusters become that the input names."""
    rows = given.rows
    exemplar = prompt_skeletons.masked(rows.exemplar).substr(0, prompt_skeletons.EXEMPLAR_LENGTH)
    clusters = rows.select("prompt_cluster_id", "label", "capability", exemplar=exemplar)
    return Plan((given.nodes("PromptCluster", clusters),), given.clean)


LOADER = TableLoader(plan)
MEANINGS_AT_ONCE = 20_000  # read from the graph at once


@dataclass(frozen=True)
class ClusteredRequests:
    """Requests, each raw prompt replaced by its cluster.

    Attributes:
        rows: The requests, ``prompt_cluster_id`` filled in.
        clusters: The clusters that are new, with an exemplar where enough accounts sent such
            prompts; None where no request has a raw prompt.
        notes: What the summary says of it.
    """

    rows: ir.Table
    clusters: ir.Table | None = None
    notes: Notes = field(default_factory=dict)


def by_meaning(settings: Settings) -> bool:
    """Whether prompts of one meaning are one cluster.

    Args:
        settings: Their ``load.prompts``.

    Raises:
        SettingsError: It is neither ``text`` nor ``meaning``.
    """
    said = settings.get("load.prompts")
    if said not in ("text", "meaning"):
        raise SettingsError(
            f"[load] prompts is {said!r}", hint='use prompts = "text" or prompts = "meaning"'
        )
    return bool(said == "meaning")


def cluster_prompts(given: TableInput) -> ClusteredRequests:
    """Give requests with a raw prompt and no cluster the cluster of their prompt.

    Args:
        given: Clean requests; the graph knows the clusters of earlier loads.
    """
    import pyarrow as pa

    workspace, rows = given.workspace, given.rows
    raw = rows.filter(rows.prompt.notnull() & rows.prompt_cluster_id.isnull())
    if not workspace.one(raw.limit(1).aggregate(n=raw.limit(1).count()))["n"]:
        return ClusteredRequests(rows)
    # Imported late: it is heavy, and few loads have raw prompts.
    from ringleader.loaders.enrichment.prompt_clusters import Clusters

    skeleton = prompt_skeletons.masked(rows.prompt)
    wanted = rows.prompt_cluster_id.isnull()
    # Masked once and kept; the raw text goes no further than this.
    rows = workspace.keep(
        "masked", rows.mutate(skeleton=wanted.ifelse(skeleton, None)).drop("prompt")
    )
    distinct = rows.filter(rows.skeleton.notnull()).select("skeleton").distinct()
    texts = [row["skeleton"] for row in workspace.rows(distinct)]

    def known(bands: list[str]) -> dict[str, str]:
        if given.graph is None:
            return {}
        asked = {"batch_id": given.batch_id, "bands": bands}
        answer = given.graph.read(get("prompt-signatures"), asked)
        return {row["prompt_cluster_id"]: row["signature"] for row in answer}

    meanings = _meanings(given) if given.by_meaning else None
    found, new = Clusters(given.key, known, meanings).assign(texts)
    notes = {"distinct prompt skeletons": len(texts), "new prompt clusters": len(new)}
    assigned = workspace.take(
        "assigned",
        pa.table(
            {
                "masked": pa.array(list(found), pa.string()),
                "cluster": pa.array(list(found.values()), pa.string()),
            }
        ),
    )
    joined = rows.left_join(assigned, rows.skeleton == assigned.masked)
    shared = _sent_by_several(workspace, joined)
    rows = joined.mutate(prompt_cluster_id=joined.prompt_cluster_id.fill_null(joined.cluster)).drop(
        "skeleton", "masked", "cluster"
    )
    columns = {
        "prompt_cluster_id": [cluster.prompt_cluster_id for cluster in new],
        "exemplar": [c.exemplar if c.prompt_cluster_id in shared else None for c in new],
        "signature": [cluster.signature for cluster in new],
        "meaning": [cluster.meaning for cluster in new],
    }
    made = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    made["bands"] = pa.array([cluster.bands for cluster in new], pa.list_(pa.string()))
    return ClusteredRequests(rows, workspace.take("clusters", pa.table(made)), notes)


def _meanings(given: TableInput) -> Meanings:
    """What compares by meaning; it knows the clusters of earlier loads."""
    from ringleader.loaders.enrichment.prompt_meanings import Meanings

    meanings, after = Meanings(given.key), ""
    while given.graph is not None:
        asked = {"batch_id": given.batch_id, "after": after, "rows": MEANINGS_AT_ONCE}
        rows = given.graph.read(get("prompt-meanings"), asked)
        if not rows:
            break
        meanings.learn((row["prompt_cluster_id"], row["meaning"]) for row in rows)
        after = rows[-1]["prompt_cluster_id"]
    return meanings


def _sent_by_several(workspace: Workspace, rows: ir.Table) -> set[str]:
    """Clusters that at least :data:`prompt_skeletons.EXEMPLAR_SENDERS` accounts sent to."""
    sent = rows.filter(rows.cluster.notnull())
    senders = sent.group_by("cluster").aggregate(accounts=sent.account_id.nunique())
    several = senders.filter(senders.accounts >= prompt_skeletons.EXEMPLAR_SENDERS)
    return {row["cluster"] for row in workspace.rows(several)}
