// name: link-systems
// question: Connect each subnet to the autonomous system that announces it, and to no other.
// param rows: list
// column subnets: integer
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (subnet:Subnet {cidr: row.cidr})
MERGE (system:Asn {number: row.number})
SET system.name = CASE WHEN system.name IS NULL OR row.name > system.name
                  THEN row.name ELSE system.name END
WITH subnet, system
CALL (subnet, system) {
  OPTIONAL MATCH (subnet)-[old:IN_ASN]->(other:Asn)
  WHERE other <> system
  DELETE old
}
MERGE (subnet)-[:IN_ASN]->(system)
RETURN count(subnet) AS subnets
