"""Decisions of analysts, and their effect on the next detection."""
