"""Group events, so that the graph holds one relationship per account and identifier."""
