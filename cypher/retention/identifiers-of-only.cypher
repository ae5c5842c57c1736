// name: identifiers-of-only
// question: Which identifiers do these accounts use and nobody else?
// `subnet` is the subnet of an address if only they have addresses in it.
// param accounts: list
// column label: string
// column key: string
// column subnet: string
// mode: read
// audience: internal
MATCH (account:Account)-[:{{ uses }}]->(used)
WHERE account.account_id IN $accounts
WITH DISTINCT used
WHERE NOT EXISTS {
  (used)<-[:{{ uses }}]-(other:Account) WHERE NOT other.account_id IN $accounts
}
AND NOT EXISTS {
  MATCH (used)<-[:IN_SUBNET]-(:Ip)<-[:{{ uses }}]-(other:Account)
  WHERE NOT other.account_id IN $accounts
}
RETURN labels(used)[0] AS label, {{ key_of:used }} AS key, head(COLLECT {
  MATCH (used)-[:IN_SUBNET]->(subnet:Subnet)
  WHERE NOT EXISTS {
    MATCH (subnet)<-[:IN_SUBNET]-(:Ip)<-[:{{ uses }}]-(other:Account)
    WHERE NOT other.account_id IN $accounts
  }
  AND NOT EXISTS {
    (subnet)<-[:{{ uses }}]-(other:Account) WHERE NOT other.account_id IN $accounts
  }
  RETURN subnet.cidr
}) AS subnet
ORDER BY label, key
