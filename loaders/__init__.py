"""Load tables into the graph: read, validate, aggregate, enrich, write."""
