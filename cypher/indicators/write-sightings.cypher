// name: write-sightings
// question: Write what partners have seen of indicators; a later version of a sighting has precedence.
// Returns how many of the sightings are of indicators that are known.
// param rows: list
// column known: integer
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (indicator:Indicator {ref: row.of})
WITH row, indicator,
     COLLECT { MATCH (:Observer)-[old:SIGHTED {ref: row.ref}]->(indicator) RETURN old } AS before
WITH row, indicator, before,
     all(old IN before WHERE old.modified.epochMillis <= row.modified) AS later
FOREACH (old IN CASE WHEN later THEN before ELSE [] END | DELETE old)
FOREACH (once IN CASE WHEN later THEN [1] ELSE [] END |
  MERGE (observer:Observer {name: row.observer})
  CREATE (observer)-[seen:SIGHTED {ref: row.ref}]->(indicator)
  SET seen.events = row.events, seen.tlp = row.tlp, seen.revoked = row.revoked,
      seen.modified = datetime({epochMillis: row.modified}),
      seen.first_seen = CASE WHEN row.first_seen IS NOT NULL
                             THEN datetime({epochMillis: row.first_seen}) END,
      seen.last_seen = CASE WHEN row.last_seen IS NOT NULL
                            THEN datetime({epochMillis: row.last_seen}) END)
RETURN count(DISTINCT row.ref) AS known
