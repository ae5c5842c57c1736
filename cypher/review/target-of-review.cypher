// name: target-of-review
// question: Which ring or account would a decision apply to, and what is known of it now?
// `evidence` is what counts as seen: of a ring what two of its members or more use, of an account
// all that it uses, each as label|key; and whom they have been in direct contact with.
// SET comes first because it locks the node: no detection publishes its members meanwhile.
// param target: string
// column target_kind: string
// column ring_id: string
// column members: list
// column evidence: list
// audience: internal
// mode: write
CALL () {
  MATCH (ring:Ring {ring_id: $target})
  SET ring.ring_id = $target
  RETURN 'ring' AS target_kind, ring.ring_id AS ring_id, 2 AS least, COLLECT {
    MATCH (ring)<-[:MEMBER_OF]-(account:Account)
    RETURN account.account_id AS account_id ORDER BY account_id
  } AS now, coalesce(ring.last_members, []) AS earlier
  UNION ALL
  MATCH (account:Account {account_id: $target})
  SET account.account_id = $target
  RETURN 'account' AS target_kind, head(COLLECT {
    MATCH (account)-[:MEMBER_OF]->(ring:Ring) RETURN ring.ring_id AS ring_id ORDER BY ring_id
  }) AS ring_id, 1 AS least, [account.account_id] AS now, [] AS earlier
}
WITH target_kind, ring_id, least, CASE WHEN size(now) > 0 THEN now ELSE earlier END AS members
RETURN target_kind, ring_id, members, COLLECT {
  CALL (members) {
    MATCH (account:Account)-[:{{ uses }}]->(used)
    WHERE account.account_id IN members
    RETURN used, count(DISTINCT account) AS users
    UNION ALL
    MATCH (account:Account)-[:USED_IP]->(:Ip)-[:IN_SUBNET|EXIT_OF]->(used)
    WHERE account.account_id IN members
    RETURN used, count(DISTINCT account) AS users
    UNION ALL
    MATCH (account:Account)-[:CONTACTED]-(used:Account)
    WHERE account.account_id IN members
    RETURN used, size(members) AS users
  }
  WITH DISTINCT used, users, least
  WHERE users >= least
  RETURN DISTINCT labels(used)[0] + '|' +
         coalesce({{ key_of:used }}, used.cidr, used.proxy_id, used.account_id) AS name
  ORDER BY name
} AS evidence
ORDER BY target_kind
