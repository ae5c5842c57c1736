"""Simulated input with its ground truth."""
