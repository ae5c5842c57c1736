"""Commands of the core: server, doctor, query, cypher, shell and completion."""
