"""Detect rings and campaigns from the identifiers that accounts share, and explain them."""
