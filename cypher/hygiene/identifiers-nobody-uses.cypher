// name: identifiers-nobody-uses
// question: How many identifiers of each kind are used by no account?
// A subnet with addresses is there for their sake.
// column kind: string
// column identifiers: integer
// mode: read
MATCH (identifier:{{ identifiers }})
WHERE NOT EXISTS { (identifier)<-[:{{ uses }}]-(:Account) }
  AND NOT EXISTS { (identifier)<-[:IN_SUBNET]-() }
RETURN labels(identifier)[0] AS kind, count(*) AS identifiers
ORDER BY kind
