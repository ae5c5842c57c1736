// name: families-in-graph
// question: How many accounts show each family of evidence at all?
// column family: string
// column accounts: integer
// mode: read
OPTIONAL MATCH (account:Account)
WITH {{ families_of:account }} + [
       CASE WHEN EXISTS { (account)-[:CONTACTED {kind: 'transferred'}]-() } THEN 'payment' END,
       CASE WHEN account.created_at IS NOT NULL THEN 'timing' END
     ] AS shown
UNWIND {{ families }} AS family
RETURN family, count(CASE WHEN family IN shown THEN 1 END) AS accounts
ORDER BY family
