// name: footprints
// question: What are the rings of a run compared by when an account is checked?
// param run: string
// column ring_id: string
// column size: integer
// column apart: boolean
// column labels: list
// column identifiers: list
// column usual: list
// column for_bits: list
// column against_bits: list
// column owned_bits: list
// column reach: list
// column owned_reach: list
// column named_by: list
// mode: read
// audience: internal
MATCH (footprint:Footprint)
WHERE footprint.run = $run
RETURN footprint.ring_id AS ring_id, footprint.size AS size,
       coalesce(footprint.apart, false) AS apart, footprint.labels AS labels,
       footprint.identifiers AS identifiers, footprint.usual AS usual,
       footprint.for_bits AS for_bits, footprint.against_bits AS against_bits,
       footprint.owned_bits AS owned_bits, footprint.reach AS reach,
       footprint.owned_reach AS owned_reach,
       coalesce(head(COLLECT {
         MATCH (ring:Ring {ring_id: footprint.ring_id}) RETURN ring.named_by AS sources
       }), []) AS named_by
ORDER BY ring_id
