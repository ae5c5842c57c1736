// name: write-footprints
// question: Write what each ring of this run is compared by. (A batch of $rows.)
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MERGE (footprint:Footprint {footprint_id: $run + '|' + row.ring_id})
SET footprint.ring_id = row.ring_id, footprint.run = $run, footprint.size = row.size,
    footprint.labels = row.labels, footprint.identifiers = row.identifiers,
    footprint.usual = row.usual, footprint.for_bits = row.for_bits,
    footprint.against_bits = row.against_bits, footprint.owned_bits = row.owned_bits,
    footprint.reach = row.reach, footprint.owned_reach = row.owned_reach,
    footprint.apart = row.apart
