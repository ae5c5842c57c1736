"""Rings: communities whose evidence is sufficient, their names over time, and publication."""
