// name: end-unused-places
// question: Delete subnets, bands and organizations that nothing belongs to any more.
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (place:Subnet|PromptBand|Organization)
WHERE NOT EXISTS { (place)<-[:{{ uses }}|IN_SUBNET|IN_BAND|IN_ORGANIZATION]-() }
CALL (place) { DETACH DELETE place } IN TRANSACTIONS OF $rows ROWS
