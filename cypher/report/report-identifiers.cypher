// name: report-identifiers
// question: Which identifiers do members of each of these rings share, and how many others use them?
// `about` lists what the graph knows of the identifier: lines of label, property and value.
// param ring_ids: list
// column ring_id: string
// column label: string
// column identifier: string
// column accounts: list
// column outside: integer
// column about: list
// audience: internal
// mode: read
UNWIND $ring_ids AS ring_id
MATCH (:Ring {ring_id: ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[:{{ uses }}]->(identifier)
WITH ring_id, identifier, account.account_id AS account_id ORDER BY account_id
WITH ring_id, identifier, collect(account_id) AS accounts
WHERE size(accounts) > 1
RETURN ring_id, labels(identifier)[0] AS label,
       {{ key_of:identifier }} AS identifier,
       accounts,
       COUNT {
         (identifier)<-[:{{ uses }}]-(other) WHERE NOT EXISTS { (other)-[:MEMBER_OF]->() }
       } AS outside,
       [property IN ['kind', 'bin', 'issuer_country', 'user_agent', 'label', 'capability']
        WHERE identifier[property] IS NOT NULL
        | [labels(identifier)[0], property, identifier[property]]]
       + COLLECT {
           MATCH (identifier)-[:EXIT_OF]->(proxy:Proxy)
           UNWIND ['kind', 'operator'] AS property
           WITH proxy, property WHERE proxy[property] IS NOT NULL
           RETURN ['Proxy', property, proxy[property]] ORDER BY proxy.proxy_id, property
         }
       + COLLECT {
           MATCH (identifier)-[:IN_SUBNET]->(:Subnet)-[:IN_ASN]->(asn:Asn)
           UNWIND ['name', 'kind'] AS property
           WITH asn, property WHERE asn[property] IS NOT NULL
           RETURN ['Asn', property, asn[property]] ORDER BY asn.number, property
         } AS about
ORDER BY ring_id, size(accounts) DESC, label, identifier
