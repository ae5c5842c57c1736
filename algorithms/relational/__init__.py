"""Evidence as relational expressions: what detection counts in arrays, on DuckDB or on Spark."""
