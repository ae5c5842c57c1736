// name: link-indicators
// question: Tie indicators to what they name, where the graph has it.
// param rows: list
// column linked: integer
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (indicator:Indicator {indicator_id: row.indicator_id})
WITH indicator, row.label AS label, row.key AS key
CALL (key) {
  {{ named:node:key }}
  UNION
  MATCH (node:Account {account_id: key}) RETURN node
}
WITH indicator, node, label
WHERE labels(node)[0] = label
MERGE (indicator)-[:INDICATES]->(node)
RETURN count(*) AS linked
