// name: campaign-infrastructure
// question: Which identifiers do two members or more of a campaign use, the most used first?
// `outside` counts accounts in no ring that use it too.
// param campaign_id: string
// param limit: integer = 200
// column label: string
// column key: string
// column members: integer
// column outside: integer
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// column asn: integer
// column asn_name: string
// column operators: list
// column verdict: string
// mode: read
MATCH (:Campaign {campaign_id: $campaign_id})<-[:PART_OF]-(:Ring)<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[use:{{ uses }}]->(used)
WITH used, count(DISTINCT account) AS members, sum(coalesce(use.events, 1)) AS events,
     min(use.first_seen) AS first_seen, max(use.last_seen) AS last_seen
WHERE members > 1
WITH *, COUNT {
  MATCH (used)<-[:{{ uses }}]-(other:Account) WHERE NOT EXISTS { (other)-[:MEMBER_OF]->() }
  RETURN DISTINCT other
} AS outside
ORDER BY members DESC, outside, labels(used)[0], {{ key_of:used }}
LIMIT $limit
OPTIONAL MATCH (used)-[:IN_SUBNET]->(:Subnet)-[:IN_ASN]->(asn:Asn)
RETURN labels(used)[0] AS label, {{ key_of:used }} AS key, members, outside, events, first_seen,
       last_seen, min(asn.number) AS asn, min(asn.name) AS asn_name,
       COLLECT {
         MATCH (used)-[:EXIT_OF]->(proxy:Proxy) WHERE proxy.operator IS NOT NULL
         RETURN DISTINCT proxy.operator AS operator ORDER BY operator
       } AS operators, used.verdict AS verdict
ORDER BY members DESC, outside, label, key
