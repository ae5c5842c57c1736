"""The end of data: retention and erasure."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.errors import WrongUsage
from ringleader.graph.locks import exclusive
from ringleader.keys import EXPORT_KEY, KEY_FILE, earlier_keys, load_key
from ringleader.loaders.lifecycle import forgetting
from ringleader.loaders.lifecycle.retention import KINDS, Terms, retain
from ringleader.settings import expanded

if TYPE_CHECKING:
    from ringleader.graph import Graph
    from ringleader.settings import Settings


def terms_of(settings: Settings) -> Terms:
    """For how long what is kept, as the settings say.

    Raises:
        SettingsError: There is no such kind of thing, or a number of days is none.
        WrongUsage: The settings keep everything.
    """
    terms = Terms.of(settings.section("retention"), settings.schema)
    if not terms.days and not terms.uses:
        raise WrongUsage(
            f"{settings.file.name} has no section [retention], so everything is kept",
            hint=f"write [retention] with days for any of: {', '.join(KINDS)}",
        )
    return terms


def retention(
    graph: Graph, settings: Settings, *, as_of: datetime | None, dry_run: bool
) -> list[dict[str, Any]]:
    """End what is older than the settings say; a row for each kind of thing.

    Raises:
        SettingsError: The terms are wrong.
        WrongUsage: There are none.
        LockHeld: Another run writes to the database.
    """
    terms = terms_of(settings)
    if dry_run:
        return retain(graph, settings.home, terms, as_of=as_of, dry_run=True)
    with exclusive(graph, "retention"):
        return retain(graph, settings.home, terms, as_of=as_of)


def forget(
    graph: Graph,
    settings: Settings,
    accounts: Sequence[str],
    *,
    again: bool,
    folders: Sequence[Path],
    tombstones: bool,
    dry_run: bool,
) -> forgetting.Receipt:
    """Erase accounts.

    Args:
        graph: The graph.
        settings: Say where the data folder and the exports are.
        accounts: Ids.
        again: Erase accounts as well that were erased before and came back.
        folders: Folders and files with exports, besides those of the settings.
        tombstones: Keep a keyed hash of each.
        dry_run: Only count.

    Raises:
        WrongUsage: No account is named.
        InputError: A file cannot be searched.
        LockHeld: Another run writes to the database.
    """
    from ringleader.exports.pseudonyms import namer

    if not accounts and not again:
        raise WrongUsage(
            "forget needs an account", hint="ringleader forget ACCOUNT, or --file FILE"
        )
    home = settings.home
    # Who only counts writes nothing, and need not wait for others.
    with nullcontext() if dry_run else exclusive(graph, "forget"):
        names = [*accounts, *(forgetting.returned(graph, home) if again else ())]
        # Earlier versions made pseudonyms with the key of the graph.
        used = [load_key(home), load_key(home, EXPORT_KEY), *earlier_keys(home, EXPORT_KEY)]
        used += earlier_keys(home, KEY_FILE)
        return forgetting.forget(
            graph,
            home,
            names,
            folders=[*folders, *map(expanded, settings.get("exports.folders") or ())],
            pseudonyms=[namer(key)("Account", name) for key in used for name in names],
            tombstones=tombstones or again,
            dry_run=dry_run,
        )
