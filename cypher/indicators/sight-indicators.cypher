// name: sight-indicators
// question: Note which indicators name what accounts use: how many, how often, and when.
// The same again changes nothing; what nobody uses any more is no sighting.
// param rows: integer = 1000
// mode: write
// audience: internal
MATCH (indicator:Indicator)
CALL (indicator) {
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
  WITH indicator, count(DISTINCT account) AS accounts,
       count(DISTINCT CASE WHEN EXISTS { (account)-[:MEMBER_OF]->(:Ring) } THEN account END) AS in_rings,
       coalesce(sum(use.events), 0) AS events, min(use.first_seen) AS first_seen,
       max(use.last_seen) AS last_seen
  MERGE (here:Observer {name: ""})
  FOREACH (once IN CASE WHEN accounts > 0 THEN [1] ELSE [] END |
    MERGE (here)-[seen:SIGHTED]->(indicator)
    SET seen.ref = "", seen.accounts = accounts, seen.accounts_in_rings = in_rings,
        seen.events = events, seen.first_seen = first_seen, seen.last_seen = last_seen)
  WITH indicator, here, accounts
  MATCH (here)-[gone:SIGHTED]->(indicator)
  WHERE accounts = 0
  DELETE gone
} IN TRANSACTIONS OF $rows ROWS
