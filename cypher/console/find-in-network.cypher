// name: find-in-network
// question: Which addresses and subnets begin with this text, the most used first?
// The caller looks whether they lie in the network: a text is no number.
// param text: string
// param rows: integer = 5000
// column kind: string
// column key: string
// column accounts: integer
// column rings: list
// column status: string
// mode: read
// audience: internal
CALL () {
  MATCH (found:Ip) WHERE found.address STARTS WITH $text
  RETURN found, found.address AS key
  LIMIT $rows
  UNION ALL
  MATCH (found:Subnet) WHERE found.cidr STARTS WITH $text
  RETURN found, found.cidr AS key
  LIMIT $rows
}
RETURN labels(found)[0] AS kind, key, COUNT { (found)<-[:{{ uses }}]-() } AS accounts, COLLECT {
         MATCH (found)<-[:{{ uses }}]-(:Account)-[:MEMBER_OF]->(ring:Ring)
         RETURN DISTINCT ring.ring_id ORDER BY ring.ring_id LIMIT 20
       } AS rings, found.verdict AS status
ORDER BY accounts DESC, key
