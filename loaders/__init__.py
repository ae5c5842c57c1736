"""Loaders: read, validate, aggregate, write; one module per table of the input contract."""
