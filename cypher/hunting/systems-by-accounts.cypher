// name: systems-by-accounts
// question: Which autonomous systems carry the most accounts, and which of them are for hosting or VPNs?
// param kind: string = null
// param limit: integer = 50
// column number: integer
// column name: string
// column kind: string
// column accounts: integer
// column addresses: integer
// column in_rings: integer
// mode: read
MATCH (system:Asn)<-[:IN_ASN]-(:Subnet)<-[:IN_SUBNET]-(ip:Ip)<-[:USED_IP]-(account:Account)
WHERE $kind IS NULL OR system.kind = $kind
RETURN system.number AS number, system.name AS name, system.kind AS kind,
       count(DISTINCT account) AS accounts, count(DISTINCT ip) AS addresses,
       count(DISTINCT CASE WHEN EXISTS { (account)-[:MEMBER_OF]->(:Ring) } THEN account END)
         AS in_rings
ORDER BY accounts DESC, number
LIMIT $limit
