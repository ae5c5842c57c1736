// name: find-by-name
// question: Which ring, campaign, account or identifier has exactly this name?
// param name: string
// column kind: string
// column key: string
// column accounts: integer
// column rings: list
// column status: string
// mode: read
// audience: internal
CALL () {
  MATCH (ring:Ring {ring_id: $name})
  RETURN 'Ring' AS kind, ring.ring_id AS key, ring.size AS accounts, [] AS rings,
         ring.state AS status
  UNION ALL
  MATCH (campaign:Campaign {campaign_id: $name})
  RETURN 'Campaign' AS kind, campaign.campaign_id AS key, campaign.accounts AS accounts, COLLECT {
    MATCH (campaign)<-[:PART_OF]-(ring:Ring) RETURN ring.ring_id ORDER BY ring.ring_id
  } AS rings, null AS status
  UNION ALL
  MATCH (account:Account {account_id: $name})
  RETURN 'Account' AS kind, account.account_id AS key, null AS accounts, COLLECT {
    MATCH (account)-[:MEMBER_OF]->(ring:Ring) RETURN ring.ring_id ORDER BY ring.ring_id
  } AS rings, account.status AS status
  UNION ALL
  CALL () {
    {{ named:found:$name }}
  }
  RETURN labels(found)[0] AS kind, $name AS key, COUNT { (found)<-[:{{ uses }}]-() } AS accounts,
         COLLECT {
           MATCH (found)<-[:{{ uses }}]-(:Account)-[:MEMBER_OF]->(ring:Ring)
           RETURN DISTINCT ring.ring_id ORDER BY ring.ring_id LIMIT 20
         } AS rings, found.verdict AS status
}
RETURN kind, key, accounts, rings, status
ORDER BY kind, key
