// name: neighbours-projection
// question: What graph of accounts and identifiers does the method of shared neighbours see?
// Identifiers of too few or too many accounts are left out, and those that are known to say nothing.
// The others weigh 1/(n-1): one over the number of other accounts. Nodes keep the database's ids.
// param graph_name: string
// param least: integer
// param most: integer
// param without: list
// column projection: map
// mode: read
// audience: internal
MATCH (identifier:{{ identifiers }})
WHERE identifier.accounts >= $least AND identifier.accounts <= $most
  AND NOT id(identifier) IN $without
MATCH (account:Account)-[use:{{ independent_uses }}]->(identifier)
WHERE coalesce(use.events, 1) > coalesce(use.failed, 0)
// In the order of names: the order of the store means nothing.
WITH account, identifier ORDER BY account.account_id, {{ key_of:identifier }}
RETURN gds.graph.project($graph_name, account, identifier,
  {sourceNodeLabels: ['Account'], targetNodeLabels: ['Identifier'],
   relationshipProperties: {weight: 1.0 / (identifier.accounts - 1)}},
  {readConcurrency: 1}) AS projection
