"""What goes out: one module per kind of thing, rows from the stored queries."""
