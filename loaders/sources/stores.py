"""Object stores and the drivers behind addresses. Credentials come from their own chains."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from ringleader.errors import InputError

__all__ = ["WEB", "is_remote", "opened", "scheme_of", "store_of", "unreadable"]

_ADDRESS = re.compile(r"^([a-z][a-z0-9+.]*)://", re.IGNORECASE)
WEB = ("http", "https")
# Who answers for an address, and where its credentials come from.
_STORES = {
    "s3": "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_REGION, "
    "AWS_ENDPOINT_URL",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login",
    "az": "AZURE_STORAGE_ACCOUNT, with AZURE_STORAGE_KEY or az login",
}
_SAME = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "abfs": "az", "abfss": "az"}


def is_remote(source: str) -> bool:
    """Whether a source is an address."""
    return _ADDRESS.match(source) is not None


def scheme_of(address: str) -> str:
    """The scheme of an address, one name for each store."""
    scheme = address.partition("://")[0].lower()
    return _SAME.get(scheme, scheme)


def opened(address: str) -> Any:
    """One object, or a file here, open for reading."""
    if not is_remote(address):
        return Path(address).open("rb")
    store, path = store_of(address)
    return store.open(path, "rb")


def store_of(address: str) -> tuple[Any, str]:
    """The file system behind an address, and the path there.

    Raises:
        InputError: There is none for it.
    """
    scheme, rest = scheme_of(address), address.partition("://")[2]
    if scheme not in _STORES:
        return _by_driver(address, scheme)
    import pyarrow.fs
    from fsspec.implementations.arrow import ArrowFSWrapper

    container, _, path = rest.partition("/")
    if scheme != "az":
        store, _ = pyarrow.fs.FileSystem.from_uri(f"{scheme}://{container}")
    else:
        container, _, host = container.partition("@")
        account = host.partition(".")[0] or os.environ.get("AZURE_STORAGE_ACCOUNT")
        if not account:
            raise InputError(
                f"{address}: the storage account is not known",
                hint=f"set {_STORES[scheme]}",
            )
        store = pyarrow.fs.AzureFileSystem(account, os.environ.get("AZURE_STORAGE_KEY"))
    return ArrowFSWrapper(store), f"{container}/{path}".rstrip("/")


def _by_driver(address: str, scheme: str) -> tuple[Any, str]:
    import fsspec

    try:
        # An object store has no folders to make; this machine has.
        how = {"auto_mkdir": True} if scheme == "file" else {}
        files, path = fsspec.core.url_to_fs(address, **how)
    except (ImportError, ValueError) as error:
        package = {"hf": "huggingface_hub"}.get(scheme)
        raise InputError(
            f"{address}: there is no reader for {scheme}:// here",
            hint=f"pip install {package}, or download the file and load it"
            if package
            else f"one of {', '.join((*_STORES, *WEB))}; or download the file and load it",
        ) from error
    return files, str(path)


def unreadable(address: str, error: Exception) -> InputError:
    """What a driver raises, in one line."""
    store = scheme_of(address)
    said = str(error).partition("\n")[0] or type(error).__name__
    wanted = _STORES.get(store)
    return InputError(
        f"{address} cannot be read: {said}",
        hint=f"credentials: {wanted}" if wanted else "check the address and that you may read it",
    )
