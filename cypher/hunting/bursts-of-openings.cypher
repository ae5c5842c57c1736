// name: bursts-of-openings
// question: In which subnets were many accounts opened within one hour?
// param at_least: integer = 2
// param since: datetime = 1970-01-01T00:00:00Z
// param limit: integer = 50
// column cidr: string
// column hour: datetime
// column accounts: integer
// column account_ids: list
// mode: read
MATCH (account:Account)-[:USED_IP]->(:Ip)-[:IN_SUBNET]->(subnet:Subnet)
WHERE account.created_at >= $since
WITH DISTINCT subnet, datetime.truncate('hour', account.created_at) AS hour, account.account_id AS id
ORDER BY id
WITH subnet, hour, collect(id) AS account_ids
WHERE size(account_ids) >= $at_least
RETURN subnet.cidr AS cidr, hour, size(account_ids) AS accounts, account_ids
ORDER BY accounts DESC, hour DESC, cidr
LIMIT $limit
