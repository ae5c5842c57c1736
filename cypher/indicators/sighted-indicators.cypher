// name: sighted-indicators
// question: Which indicators name what accounts use, and how many accounts, rings and events?
// param source: string = ""
// column indicator_id: string
// column ref: string
// column kind: string
// column label: string
// column key: string
// column source: string
// column tlp: string
// column confidence: integer
// column valid_from: datetime
// column valid_until: datetime
// column revoked: boolean
// column accounts: integer
// column accounts_in_rings: integer
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// column note: string
// mode: read
// audience: internal
MATCH (indicator:Indicator)
WHERE $source = "" OR indicator.source = $source
OPTIONAL CALL (indicator) {
  MATCH (indicator)-[:INDICATES]->()<-[use:{{ uses }}]-(account:Account)
  RETURN account, use
  UNION
  MATCH (indicator)-[:INDICATES]->(:Subnet)<-[:IN_SUBNET]-(:Ip)<-[use:USED_IP]-(account:Account)
  RETURN account, use
  UNION
  MATCH (indicator)-[:INDICATES]->(account:Account)
  RETURN account, null AS use
}
RETURN indicator.indicator_id AS indicator_id, indicator.ref AS ref, indicator.kind AS kind,
       indicator.label AS label, indicator.key AS key, indicator.source AS source,
       indicator.tlp AS tlp, indicator.confidence AS confidence,
       coalesce(indicator.valid_from, indicator.modified) AS valid_from,
       indicator.valid_until AS valid_until, coalesce(indicator.revoked, false) AS revoked,
       count(DISTINCT account) AS accounts,
       count(DISTINCT CASE WHEN EXISTS { (account)-[:MEMBER_OF]->(:Ring) } THEN account END)
         AS accounts_in_rings,
       coalesce(sum(use.events), 0) AS events, min(use.first_seen) AS first_seen,
       max(use.last_seen) AS last_seen, indicator.note AS note
ORDER BY accounts_in_rings DESC, accounts DESC, source, indicator_id
