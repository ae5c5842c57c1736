"""One module per table of the input contract: what its rows become in the graph.

A new table is a module with a ``LOADER``, and a line in :data:`LOADERS`.
"""

from ringleader.loaders.tables import (
    accounts,
    contacts,
    labels,
    payments,
    prompts,
    proxies,
    requests,
)
from ringleader.loaders.tables.interface import TableLoader

__all__ = ["LOADERS"]

LOADERS: dict[str, TableLoader] = {
    "accounts": accounts.LOADER,
    "requests": requests.LOADER,
    "payments": payments.LOADER,
    "proxies": proxies.LOADER,
    "prompts": prompts.LOADER,
    "contacts": contacts.LOADER,
    "labels": labels.LOADER,
}
