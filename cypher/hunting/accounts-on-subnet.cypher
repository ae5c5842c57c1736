// name: accounts-on-subnet
// question: Which accounts used addresses of this subnet?
// Masked addresses of the subnet (`203.0.113.***`) count as events; how many addresses they are is unknown.
// param cidr: string
// param limit: integer = 50
// column account_id: string
// column addresses: integer
// column events: integer
// column last_seen: datetime
// mode: read
MATCH (subnet:Subnet {cidr: $cidr})
CALL (subnet) {
  MATCH (subnet)<-[:IN_SUBNET]-(ip:Ip)<-[used:USED_IP]-(account:Account)
  RETURN account, ip, used
  UNION ALL
  MATCH (subnet)<-[used:USED_SUBNET]-(account:Account)
  RETURN account, null AS ip, used
}
RETURN account.account_id AS account_id, count(ip) AS addresses, sum(used.events) AS events,
       max(used.last_seen) AS last_seen
ORDER BY addresses DESC, events DESC, account_id
LIMIT $limit
