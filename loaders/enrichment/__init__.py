"""Derive what no column says: prompt clusters, listed prefixes, autonomous systems."""
