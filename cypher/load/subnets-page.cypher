// name: subnets-page
// question: Which subnets are in the graph, a page at a time?
// param after: string = ""
// param limit: integer = 50000
// column cidr: string
// mode: read
// audience: internal
MATCH (subnet:Subnet)
WHERE subnet.cidr > $after
RETURN subnet.cidr AS cidr
ORDER BY cidr
LIMIT $limit
