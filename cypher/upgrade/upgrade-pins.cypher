// name: upgrade-pins
// question: Call what analysts pinned as `benign` `widely shared`, as it is called since version 2.
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (node:Pin)
WHERE node.verdict = 'benign'
CALL (node) {
  SET node.verdict = 'widely shared'
} IN TRANSACTIONS OF $rows ROWS
