// name: accounts-on-ip
// question: Which accounts used this IP address, and how much?
// param address: string
// param limit: integer = 50
// column account_id: string
// column status: string
// column created_at: datetime
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// mode: read
MATCH (:Ip {address: $address})<-[used:USED_IP]-(account:Account)
RETURN account.account_id AS account_id, account.status AS status, account.created_at AS created_at,
       used.events AS events, used.first_seen AS first_seen, used.last_seen AS last_seen
ORDER BY events DESC, account_id
LIMIT $limit
