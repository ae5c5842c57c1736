"""Backup and restore, as the API and the command line call them."""

from __future__ import annotations

from ringleader.loaders.lifecycle.backup import Backup, back_up, restore

__all__ = ["Backup", "back_up", "restore"]
