// name: upgrade-verdicts
// question: Call the verdict `benign` on identifiers `widely shared`, as it is called since version 2.
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (node:{{ identifiers }})
WHERE node.verdict = 'benign'
CALL (node) {
  SET node.verdict = 'widely shared'
} IN TRANSACTIONS OF $rows ROWS
