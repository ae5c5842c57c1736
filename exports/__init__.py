"""Exports: findings as rows or as a graph, one module per format, one table of formats."""
