// name: old-pins
// question: How many pinned verdicts have their name of version 1?
// column number: integer
// mode: read
// audience: internal
MATCH (node:Pin)
WHERE node.verdict = 'benign'
RETURN count(node) AS number
