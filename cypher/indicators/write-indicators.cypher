// name: write-indicators
// question: Write indicators; what a later version of the source says has precedence.
// An id at the source may name several values: those that its later version lacks are deleted.
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MERGE (indicator:Indicator {indicator_id: row.indicator_id})
WITH indicator, row
WHERE indicator.modified IS NULL OR indicator.modified.epochMillis <= row.modified
SET indicator.ref = row.ref, indicator.kind = row.kind, indicator.label = row.label,
    indicator.key = row.key, indicator.source = row.source, indicator.tlp = row.tlp,
    indicator.confidence = row.confidence, indicator.revoked = row.revoked,
    indicator.note = row.note, indicator.modified = datetime({epochMillis: row.modified}),
    indicator.valid_from = CASE WHEN row.valid_from IS NOT NULL
                                THEN datetime({epochMillis: row.valid_from}) END,
    indicator.valid_until = CASE WHEN row.valid_until IS NOT NULL
                                 THEN datetime({epochMillis: row.valid_until}) END
WITH row.source AS source, row.ref AS ref, row.modified AS modified, collect(row.indicator_id) AS ids
MATCH (old:Indicator {ref: ref})
WHERE old.source = source AND NOT old.indicator_id IN ids AND old.modified.epochMillis <= modified
DETACH DELETE old
