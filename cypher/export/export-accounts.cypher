// name: export-accounts
// question: Which accounts are in rings, and what ties each of them to the others there?
// Of a link's bits one half goes to each end, so that the bits of a ring's accounts add up to its
// score. `evidence`, `subnets` and `asns` hold the $most strongest; `events` is of addresses,
// clients and prompts the most, since a channel may leave out one or the other.
// param rings: list = null
// param most: integer = 20
// column account_id: string
// column status: string
// column status_at: datetime
// column created_at: datetime
// column country: string
// column channel: string
// column rings: strings
// column campaigns: strings
// column score: float
// column links: integer
// column families: strings
// column family_bits: floats
// column evidence: strings
// column evidence_bits: floats
// column subnets: strings
// column asns: integers
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// column run: string
// mode: read
// audience: internal
MATCH (ring:Ring)
WHERE $rings IS NULL OR ring.ring_id IN $rings
MATCH (account:Account)-[member:MEMBER_OF]->(ring)
WITH account, ring, member ORDER BY ring.ring_id
WITH account, collect(ring) AS rings, max(member.score) AS score
CALL (account, rings) {
  UNWIND rings AS ring
  MATCH (account)-[link:LINKED {run: ring.run}]-(:Account)-[:MEMBER_OF]->(ring)
  RETURN collect(link) AS ties
}
CALL (ties) {
  UNWIND ties AS link
  UNWIND range(0, size(link.families) - 1) AS n
  WITH link.families[n] AS family, sum(link.family_bits[n]) / 2 AS bits
  ORDER BY bits DESC, family
  RETURN collect(family) AS families, collect(bits) AS family_bits
}
CALL (ties) {
  UNWIND ties AS link
  UNWIND range(0, size(link.evidence) - 1) AS n
  WITH link.evidence[n] AS name, sum(link.evidence_bits[n]) / 2 AS bits
  ORDER BY bits DESC, name LIMIT $most
  RETURN collect(name) AS evidence, collect(bits) AS evidence_bits
}
CALL (account) {
  MATCH (account)-[use:USED_IP]->(:Ip)-[:IN_SUBNET]->(subnet:Subnet)
  WITH subnet, sum(use.events) AS events
  ORDER BY events DESC, subnet.cidr LIMIT $most
  RETURN collect(subnet.cidr) AS subnets
}
CALL (account) {
  MATCH (account)-[use:USED_IP]->(:Ip)-[:IN_SUBNET]->(:Subnet)-[:IN_ASN]->(asn:Asn)
  WITH asn, sum(use.events) AS events
  ORDER BY events DESC, asn.number LIMIT $most
  RETURN collect(asn.number) AS asns
}
CALL (account) {
  MATCH (account)-[use:{{ request_uses }}]->()
  WITH type(use) AS kind, sum(use.events) AS events, min(use.first_seen) AS first_seen,
       max(use.last_seen) AS last_seen
  RETURN max(events) AS events, min(first_seen) AS first_seen, max(last_seen) AS last_seen
}
RETURN account.account_id AS account_id, account.status AS status, account.status_at AS status_at,
       account.created_at AS created_at, account.country AS country, account.channel AS channel,
       [ring IN rings | ring.ring_id] AS rings,
       COLLECT {
         UNWIND rings AS ring
         MATCH (ring)-[:PART_OF]->(campaign:Campaign)
         RETURN DISTINCT campaign.campaign_id AS campaign_id ORDER BY campaign_id
       } AS campaigns,
       score, size(ties) AS links, families, family_bits, evidence, evidence_bits, subnets, asns,
       events, first_seen, last_seen, head(rings).run AS run
ORDER BY account_id
