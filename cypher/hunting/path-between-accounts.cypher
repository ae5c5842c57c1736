// name: path-between-accounts
// question: What is the shortest chain of shared identifiers and contacts between two accounts?
// param one: string
// param other: string
// column steps: list
// column length: integer
// mode: read
MATCH path = SHORTEST 1 (:Account {account_id: $one})
  -[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH|CONTACTED]-{1,8}
  (:Account {account_id: $other})
RETURN [node IN nodes(path) |
        labels(node)[0] + ' ' +
        coalesce(node.account_id, node.address, node.payment_method_id, node.device_id,
                 node.prompt_cluster_id, node.domain)] AS steps,
       length(path) AS length
