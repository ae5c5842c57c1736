// name: old-verdicts
// question: How many identifiers have a verdict under its name of version 1?
// column number: integer
// mode: read
// audience: internal
MATCH (node:{{ identifiers }})
WHERE node.verdict = 'benign'
RETURN count(node) AS number
