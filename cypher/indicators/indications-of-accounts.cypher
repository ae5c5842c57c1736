// name: indications-of-accounts
// question: Which indicators name these accounts, or what they use, and how many of them?
// Revoked indicators and those that have ended are left out.
// param accounts: list
// column indicator_id: string
// column ref: string
// column kind: string
// column label: string
// column key: string
// column source: string
// column tlp: string
// column confidence: integer
// column valid_from: datetime
// column note: string
// column accounts: integer
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// column seen_by: list
// mode: read
// audience: internal
CALL () {
  MATCH (account:Account)-[use:{{ uses }}]->(node)<-[:INDICATES]-(indicator:Indicator)
  WHERE account.account_id IN $accounts
  RETURN indicator, node, account, use
  UNION
  MATCH (account:Account)-[use:USED_IP]->(:Ip)-[:IN_SUBNET]->(node)<-[:INDICATES]-(indicator:Indicator)
  WHERE account.account_id IN $accounts
  RETURN indicator, node, account, use
  UNION
  MATCH (node:Account)<-[:INDICATES]-(indicator:Indicator)
  WHERE node.account_id IN $accounts
  RETURN indicator, node, node AS account, null AS use
}
WITH indicator, node, account, use
WHERE NOT coalesce(indicator.revoked, false)
  AND (indicator.valid_until IS NULL OR indicator.valid_until > datetime())
RETURN indicator.indicator_id AS indicator_id, indicator.ref AS ref, indicator.kind AS kind,
       labels(node)[0] AS label,
       coalesce({{ key_of:node }}, node.cidr, node.account_id) AS key,
       indicator.source AS source, indicator.tlp AS tlp, indicator.confidence AS confidence,
       coalesce(indicator.valid_from, indicator.modified) AS valid_from, indicator.note AS note,
       count(DISTINCT account) AS accounts, sum(coalesce(use.events, 1)) AS events,
       min(use.first_seen) AS first_seen, max(use.last_seen) AS last_seen,
       COLLECT {
         MATCH (observer:Observer)-[theirs:SIGHTED]->(indicator)
         WHERE observer.name <> "" AND NOT coalesce(theirs.revoked, false)
         WITH observer, theirs ORDER BY theirs.ref
         WITH observer.name AS name, theirs.tlp AS tlp, sum(theirs.events) AS events,
              max(theirs.last_seen) AS last_seen
         RETURN {observer: name, tlp: tlp, events: events, last_seen: last_seen}
         ORDER BY events DESC, name, tlp
       } AS seen_by
ORDER BY accounts DESC, source, label, key, indicator_id
