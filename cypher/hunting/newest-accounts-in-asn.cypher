// name: newest-accounts-in-asn
// question: Which are the newest accounts that came through this autonomous system?
// param number: integer
// param limit: integer = 50
// column account_id: string
// column created_at: datetime
// column status: string
// column addresses: integer
// column events: integer
// mode: read
MATCH (:Asn {number: $number})<-[:IN_ASN]-(:Subnet)<-[:IN_SUBNET]-(ip:Ip)<-[used:USED_IP]-
      (account:Account)
RETURN account.account_id AS account_id, account.created_at AS created_at,
       account.status AS status, count(DISTINCT ip) AS addresses, sum(used.events) AS events
ORDER BY created_at IS NULL, created_at DESC, account_id
LIMIT $limit
