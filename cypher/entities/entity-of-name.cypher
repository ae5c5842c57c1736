// name: entity-of-name
// question: Which operator or organization has this name, or this alias?
// param name: string
// column entity_id: string
// column name: string
// column kind: string
// column aliases: list
// column added_at: datetime
// mode: read
// audience: internal
MATCH (entity:Entity)
WHERE entity.entity_id = $name OR any(alias IN entity.aliases WHERE toLower(alias) = $name)
RETURN entity.entity_id AS entity_id, entity.name AS name, entity.kind AS kind,
       coalesce(entity.aliases, []) AS aliases, entity.added_at AS added_at
ORDER BY entity.entity_id = $name DESC, entity_id
LIMIT 1
