// name: write-claim
// question: Add what somebody says of an operator or organization; earlier claims stay.
// param entity_id: string
// param name: string
// param kind: string
// param aliases: list
// param claim: map
// mode: write
// audience: internal
MERGE (entity:Entity {entity_id: $entity_id})
ON CREATE SET entity.name = $name, entity.added_at = datetime({epochMillis: $claim.at})
SET entity.kind = $kind, entity.aliases = $aliases
CREATE (claim:Claim {claim_id: $claim.claim_id})-[:ABOUT]->(entity)
SET claim.source = $claim.source, claim.tlp = $claim.tlp, claim.note = $claim.note,
    claim.campaign_id = $claim.campaign_id, claim.confidence = $claim.confidence,
    claim.accounts = $claim.accounts, claim.claimed_by = $claim.by,
    claim.claimed_at = datetime({epochMillis: $claim.at})
