"""Write to the graph: in batches over Bolt, or as files of a bulk import."""
