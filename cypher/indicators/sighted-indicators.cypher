// name: sighted-indicators
// question: Which indicators were seen here, in how many accounts, rings and events; and who else saw them?
// What was seen here is as of the last detection or load of indicators.
// param source: string = ""
// column indicator_id: string
// column ref: string
// column kind: string
// column label: string
// column key: string
// column source: string
// column tlp: string
// column confidence: integer
// column valid_from: datetime
// column valid_until: datetime
// column revoked: boolean
// column accounts: integer
// column accounts_in_rings: integer
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// column seen_by: list
// column note: string
// mode: read
// audience: internal
MATCH (indicator:Indicator)
WHERE $source = "" OR indicator.source = $source
OPTIONAL MATCH (:Observer {name: ""})-[seen:SIGHTED]->(indicator)
RETURN indicator.indicator_id AS indicator_id, indicator.ref AS ref, indicator.kind AS kind,
       indicator.label AS label, indicator.key AS key, indicator.source AS source,
       indicator.tlp AS tlp, indicator.confidence AS confidence,
       coalesce(indicator.valid_from, indicator.modified) AS valid_from,
       indicator.valid_until AS valid_until, coalesce(indicator.revoked, false) AS revoked,
       coalesce(seen.accounts, 0) AS accounts,
       coalesce(seen.accounts_in_rings, 0) AS accounts_in_rings,
       coalesce(seen.events, 0) AS events, seen.first_seen AS first_seen,
       seen.last_seen AS last_seen,
       COLLECT {
         MATCH (observer:Observer)-[theirs:SIGHTED]->(indicator)
         WHERE observer.name <> "" AND NOT coalesce(theirs.revoked, false)
         RETURN DISTINCT observer.name AS name ORDER BY name
       } AS seen_by,
       indicator.note AS note
ORDER BY accounts_in_rings DESC, accounts DESC, source, indicator_id
