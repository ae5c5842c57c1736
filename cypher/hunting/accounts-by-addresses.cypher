// name: accounts-by-addresses
// question: Which accounts change their address most often, and over how many systems?
// param at_least: integer = 2
// param limit: integer = 50
// column account_id: string
// column status: string
// column addresses: integer
// column subnets: integer
// column systems: integer
// mode: read
MATCH (account:Account)
WITH account, COUNT { (account)-[:USED_IP]->() } AS addresses
WHERE addresses >= $at_least
ORDER BY addresses DESC, account.account_id
LIMIT $limit
RETURN account.account_id AS account_id, account.status AS status, addresses,
       COUNT { MATCH (account)-[:USED_IP]->()-[:IN_SUBNET]->(subnet) RETURN DISTINCT subnet }
         AS subnets,
       COUNT { MATCH (account)-[:USED_IP]->()-[:IN_SUBNET]->()-[:IN_ASN]->(system)
               RETURN DISTINCT system } AS systems
ORDER BY addresses DESC, account_id
