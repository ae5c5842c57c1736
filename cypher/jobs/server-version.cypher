// name: server-version
// question: Which Neo4j and which Graph Data Science answer?
// column neo4j: string
// column gds: string
// audience: internal
// mode: read
CALL dbms.components() YIELD name, versions
WITH name, versions WHERE name = 'Neo4j Kernel'
RETURN versions[0] AS neo4j, gds.version() AS gds
