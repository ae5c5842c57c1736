// name: identifiers-named
// question: Which identifiers do indicators in force of these sources name, and how surely?
// The addresses of a named subnet are named. Numbers are node ids.
// param sources: list
// column source: string
// column kind: string
// column confidence: integer
// column valid_from: datetime
// column number: integer
// mode: read
// audience: internal
MATCH (indicator:Indicator)-[:INDICATES]->(named)
WHERE indicator.source IN $sources AND NOT coalesce(indicator.revoked, false)
  AND (indicator.valid_until IS NULL OR indicator.valid_until > datetime()) AND NOT named:Account
CALL (named) {
  RETURN named AS identifier
  UNION
  MATCH (named:Subnet)<-[:IN_SUBNET]-(address:Ip)
  RETURN address AS identifier
}
RETURN indicator.source AS source, indicator.kind AS kind, indicator.confidence AS confidence,
       coalesce(indicator.valid_from, indicator.modified) AS valid_from, id(identifier) AS number
ORDER BY source, number
