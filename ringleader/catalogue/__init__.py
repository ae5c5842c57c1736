"""The catalogue of stored queries: read from ``cypher/``, checked, searched."""

from ringleader.catalogue.queries import FOLDER, Query, get, load_catalogue, parse

__all__ = ["FOLDER", "Query", "get", "load_catalogue", "parse"]
