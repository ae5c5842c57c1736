// name: indicators-to-link
// question: Which indicators are there, and what do they name?
// column indicator_id: string
// column kind: string
// column label: string
// column key: string
// mode: read
// audience: internal
MATCH (indicator:Indicator)
RETURN indicator.indicator_id AS indicator_id, indicator.kind AS kind, indicator.label AS label,
       indicator.key AS key
ORDER BY indicator_id
