"""The server's plans: which operators read, and a plan as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Leaves that find nodes or relationships, with what may stand before them.
_RELATIONSHIP_LEAVES = (
    "AllRelationshipsScan",
    "RelationshipByElementIdSeek",
    "RelationshipByIdSeek",
    "RelationshipFulltextIndexSearch",
    "RelationshipIndexContainsScan",
    "RelationshipIndexEndsWithScan",
    "RelationshipIndexScan",
    "RelationshipIndexSeek",
    "RelationshipIndexSeekByRange",
    "RelationshipTypeScan",
    "RelationshipUniqueIndexSeek",
    "RelationshipUniqueIndexSeekByRange",
    "RelationshipVectorIndexSearch",
    "UnionRelationshipTypesScan",
)
_OTHERS = """
AllNodesScan DynamicDirectedRelationshipTypeLookup DynamicLabelNodeLookup
DynamicUndirectedRelationshipTypeLookup IntersectionNodeByLabelsScan MultiNodeIndexSeek
MultiRelationshipIndexSeek NodeByElementIdSeek NodeByIdSeek NodeByLabelScan NodeCountFromCountStore
NodeFulltextIndexSearch NodeIndexContainsScan NodeIndexEndsWithScan NodeIndexScan NodeIndexSeek
NodeIndexSeekByRange NodeUniqueIndexSeek NodeUniqueIndexSeekByRange NodeVectorIndexSearch
RelationshipCountFromCountStore SubtractionNodeByLabelsScan UnionNodeByLabelsScan

BidirectionalRepeat Expand OptionalExpand PathPropagatingBFS ProjectEndpoints Repeat ShortestPath
StatefulShortestPath TriadicBuild TriadicFilter TriadicSelection VarLengthExpand

AntiConditionalApply AntiSemiApply Apply Argument ArgumentTracker AssertSameNode
AssertSameRelationship CartesianProduct ConditionalApply LeftOuterHashJoin LetAntiSemiApply
LetSelectOrAntiSemiApply LetSelectOrSemiApply LetSemiApply NodeHashJoin NodeLeftOuterHashJoin
NodeRightOuterHashJoin Optional RightOuterHashJoin RollUpApply SelectOrAntiSemiApply
SelectOrSemiApply SemiApply ValueHashJoin ValueMergeJoin

CacheProperties Distinct DropResult Eager EagerAggregation EmptyResult EmptyRow ErrorPlan
ExhaustiveLimit Filter Limit OrderedAggregation OrderedDistinct OrderedUnion PartialSort PartialTop
ProduceResults Projection Skip Sort Top Top1WithTies Union Unwind

ProcedureCall ShowConstraints ShowFunctions ShowIndexes ShowProcedures
"""
# Operators that read, by the names that Neo4j 5.26 and 2026.08 give them in plans (Cypher manual,
# "Operators"), without what follows in brackets. What is not here is refused: operators that write,
# administer, end transactions, read files, and those of versions to come.
READ_OPERATORS = frozenset(
    (
        *(f"{way}{leaf}" for way in ("Directed", "Undirected") for leaf in _RELATIONSHIP_LEAVES),
        *_OTHERS.split(),
    )
)


def operators(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and details of every operator of a plan, the last first.

    Args:
        plan: As the driver gives it: ``operatorType``, ``args``, ``children``.
    """
    for _, node in _walk(plan):
        # Names end in the database they run on: `Expand(All)@neo4j`.
        name = str(node.get("operatorType", "")).partition("@")[0].partition("(")[0]
        yield name.removeprefix("Partitioned"), _details(node)


def plan_rows(plan: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """A plan as rows, inner operators indented, and the names of their columns.

    A profile also has the rows that came out of each operator and its database hits.
    """
    ran = "dbHits" in plan
    rows = []
    for depth, node in _walk(plan):
        name = str(node.get("operatorType", "")).partition("@")[0]
        row = {
            "operator": "· " * depth + name,
            "details": " ".join(_details(node).split()),
            "estimated_rows": round(float(node.get("args", {}).get("EstimatedRows", 0))),
        }
        if ran:
            row |= {"rows": node.get("rows"), "db_hits": node.get("dbHits")}
        rows.append(row)
    return rows, ["operator", "details", "estimated_rows", *(("rows", "db_hits") if ran else ())]


def _details(node: Mapping[str, Any]) -> str:
    return str(node.get("args", {}).get("Details", ""))


def _walk(plan: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if plan:
        yield depth, plan
    for child in plan.get("children", ()):
        yield from _walk(child, depth + 1)
