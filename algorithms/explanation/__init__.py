"""Explain a ring: its evidence, what speaks against it, and what would dissolve it."""
