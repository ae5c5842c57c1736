MATCH (account:Account)-[:USED_IP|PAID_WITH|USED_DEVICE|SENT]->(identifier)
RETURN gds.graph.project($graph_name, account, identifier,
  {sourceNodeLabels: labels(account), targetNodeLabels: labels(identifier)}) AS projection
