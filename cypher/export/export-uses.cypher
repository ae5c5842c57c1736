// name: export-uses
// question: How did members use the identifiers that two or more members of their ring share?
// param rings: list = null
// column account_id: string
// column relation: string
// column label: string
// column key: string
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// column subnet: string
// column asn: integer
// column asn_name: string
// column proxies: list
// mode: read
// audience: internal
MATCH (ring:Ring)
WHERE $rings IS NULL OR ring.ring_id IN $rings
MATCH (account:Account)-[:MEMBER_OF]->(ring)
MATCH (account)-[use:{{ uses }}]->(identifier)
WITH ring, identifier, collect({account_id: account.account_id, use: use}) AS uses
WHERE size(uses) > 1
OPTIONAL MATCH (identifier)-[:IN_SUBNET]->(subnet:Subnet)
OPTIONAL MATCH (subnet)-[:IN_ASN]->(asn:Asn)
WITH identifier, uses, min(subnet.cidr) AS subnet, min(asn.number) AS asn, min(asn.name) AS asn_name,
     COLLECT {
       MATCH (identifier)-[:EXIT_OF]->(proxy:Proxy)
       RETURN {proxy_id: proxy.proxy_id, kind: proxy.kind, operator: proxy.operator,
               first_seen: proxy.first_seen}
       ORDER BY proxy.proxy_id
     } AS proxies
UNWIND uses AS entry
WITH DISTINCT identifier, subnet, asn, asn_name, proxies, entry.account_id AS account_id,
     entry.use AS use
RETURN account_id, type(use) AS relation, labels(identifier)[0] AS label,
       {{ key_of:identifier }} AS key,
       use.events AS events, use.first_seen AS first_seen, use.last_seen AS last_seen, subnet, asn,
       asn_name, proxies
ORDER BY account_id, label, key
