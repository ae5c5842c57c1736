// name: what-is-loaded
// question: How many nodes of each label are in the graph?
// column label: string
// column nodes: integer
// mode: read
MATCH (node)
UNWIND labels(node) AS label
RETURN label, count(*) AS nodes
ORDER BY label
