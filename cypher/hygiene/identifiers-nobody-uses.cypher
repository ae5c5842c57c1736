// name: identifiers-nobody-uses
// question: How many identifiers of each kind are used by no account?
// column kind: string
// column identifiers: integer
// mode: read
MATCH (identifier:{{ identifiers }})
WHERE NOT EXISTS { (identifier)<-[:{{ uses }}]-(:Account) }
RETURN labels(identifier)[0] AS kind, count(*) AS identifiers
ORDER BY kind
