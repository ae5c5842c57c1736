// name: families-in-graph
// question: How many accounts show each family of evidence at all?
// column family: string
// column accounts: integer
// mode: read
UNWIND [
  ['network', COUNT { MATCH (a:Account) WHERE EXISTS { (a)-[:USED_IP]->() } }],
  ['payment', COUNT { MATCH (a:Account) WHERE EXISTS { (a)-[:PAID_WITH]->() }
                                           OR EXISTS { (a)-[:CONTACTED {kind: 'transferred'}]-() } }],
  ['device', COUNT { MATCH (a:Account) WHERE EXISTS { (a)-[:USED_DEVICE]->() } }],
  ['prompt', COUNT { MATCH (a:Account) WHERE EXISTS { (a)-[:SENT]->() } }],
  ['registration', COUNT { MATCH (a:Account) WHERE EXISTS { (a)-[:REGISTERED_WITH]->() } }],
  ['timing', COUNT { MATCH (a:Account) WHERE a.created_at IS NOT NULL }]
] AS row
RETURN row[0] AS family, row[1] AS accounts
ORDER BY family
