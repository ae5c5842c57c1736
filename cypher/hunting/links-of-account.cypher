// name: links-of-account
// question: Which links tie this account to others, with how many bits and by which evidence?
// Only links of members of rings are stored, unless detection ran with --keep-links all. An account
// without links may still share identifiers: see account-neighbourhood and shared-by-two-accounts.
// param account_id: string
// param limit: integer = 50
// column other_account_id: string
// column bits: float
// column families: list
// column evidence: list
// column rings: list
// mode: read
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
MATCH (:Account {account_id: $account_id})-[link:LINKED {run: run.run_id}]-(other:Account)
RETURN other.account_id AS other_account_id, link.weight AS bits, link.families AS families,
       link.evidence AS evidence,
       COLLECT { MATCH (other)-[:MEMBER_OF]->(ring:Ring)
                 RETURN ring.ring_id ORDER BY ring.ring_id } AS rings
ORDER BY bits DESC, other_account_id
LIMIT $limit
