"""Campaigns: rings with one operator behind them, and the volume of each."""
