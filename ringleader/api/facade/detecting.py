"""Detect, estimate, evaluate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.api.facade.base import Base, FilePath, as_path

if TYPE_CHECKING:
    import pandas as pd

    from ringleader.api.results import DetectionRun, Evaluation
    from ringleader.api.shadowing import ShadowRun


class Detecting(Base):
    """Methods that find rings and measure how well."""

    def detect(
        self,
        *,
        algorithm: str = "leiden",
        seed: int | None = None,
        method: str = "judge",
        known_hubs: Collection[str] | FilePath | None = None,
        keep_links: str = "rings",
        parameters: Mapping[str, Any] | None = None,
    ) -> DetectionRun:
        """Link accounts by what they share, and find rings and campaigns.

        Args:
            algorithm: ``leiden`` or ``louvain``: how linked accounts are grouped.
            seed: Seed of Leiden.
            method: ``judge`` (proposed groups are judged), or ``shared-neighbours``, the classical
                way: similar accounts by rare identifiers, grouped by GDS, judged by nothing.
            known_hubs: Identifiers that unrelated accounts are known to share; a text or path is
                a file of them.
            keep_links: ``rings`` keeps links of members of rings; ``all`` also those of near
                misses and of groups that are no rings, with their bits.
            parameters: Parameters of detection, above the settings' section ``[detect]``.

        Raises:
            SettingsError: A parameter does not exist or is out of range.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.detection import detect, parameters_of

        values = parameters_of(self.settings, parameters, algorithm=algorithm, seed=seed)
        return detect(
            self.graph,
            values,
            algorithm=algorithm,
            method=method,
            known_hubs=known_hubs,
            keep_links=keep_links,
            say=self.say,
        )

    def shadow(
        self,
        *,
        algorithm: str = "leiden",
        seed: int | None = None,
        known_hubs: Collection[str] | FilePath | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> ShadowRun:
        """Detect without writing: what these settings would publish, beside what is published.

        The rings have the names that the next run would give them. Readers of the graph notice
        nothing; loads and detections are refused until it ends.

        Args:
            algorithm: As for :meth:`detect`.
            seed: As for :meth:`detect`.
            known_hubs: As for :meth:`detect`.
            parameters: As for :meth:`detect`.

        Raises:
            SettingsError: A parameter does not exist or is out of range.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.detection import parameters_of
        from ringleader.api.shadowing import shadow

        values = parameters_of(self.settings, parameters, algorithm=algorithm, seed=seed)
        return shadow(self.graph, values, algorithm=algorithm, known_hubs=known_hubs, say=self.say)

    def judge(
        self,
        groups: FilePath | Mapping[str, str],
        *,
        known_hubs: Collection[str] | FilePath | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> DetectionRun:
        """Judge groups of accounts that were made elsewhere; the strong ones become the rings.

        Members are neither added nor taken away. The rings of the run before are replaced.

        Args:
            groups: A file with the columns ``account_id`` and ``group`` (CSV, JSON lines,
                Parquet), or the group of each account.
            known_hubs: As for :meth:`detect`.
            parameters: As for :meth:`detect`.

        Raises:
            InputError: The file is broken, or an account is in two groups.
            LockHeld: Another run writes to the database.
        """
        from ringleader.api.detection import detect, parameters_of
        from ringleader.api.given_groups import read_groups

        values = parameters_of(self.settings, parameters)
        given = read_groups(groups)
        return detect(self.graph, values, groups=given, known_hubs=known_hubs, say=self.say)

    def estimate(
        self,
        *,
        algorithm: str = "leiden",
        seed: int | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
        """What a detection would take: memory, time, pairs to compare. Nothing is written."""
        from ringleader.api.detection import estimate, parameters_of

        values = parameters_of(self.settings, parameters, algorithm=algorithm, seed=seed)
        return estimate(self.graph, values, algorithm=algorithm).frame

    def rehearse(
        self,
        *,
        operators: int = 24,
        like: str | None = None,
        seed: int = 1,
        algorithm: str = "leiden",
        known_hubs: Collection[str] | FilePath | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
        """How much would be found in this graph: operators planted in memory, recall by trait.

        Nothing is written. The estimate is for your own background; the operators are simulated.

        Args:
            operators: How many operators of crossed traits to plant.
            like: A ring of which copies are planted instead.
            seed: Of the draws.
            algorithm: As for :meth:`detect`.
            known_hubs: As for :meth:`detect`.
            parameters: As for :meth:`detect`.

        Raises:
            NotFound: There is no ring of the name ``like``.
        """
        from ringleader.api.detection import parameters_of, rehearse

        values = parameters_of(self.settings, parameters, algorithm=algorithm)
        return rehearse(
            self.graph,
            values,
            operators=operators,
            like=like,
            seed=seed,
            algorithm=algorithm,
            known_hubs=known_hubs if not isinstance(known_hubs, str) else Path(known_hubs),
        ).frame

    def permuted(
        self,
        permutations: int = 10,
        *,
        algorithm: str = "leiden",
        seed: int | None = None,
        known_hubs: Collection[str] | FilePath | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Rings found when identifiers are permuted, beside the rings of the graph as it is.

        Args:
            permutations: How many permutations to try; no ring is written.
            algorithm: As for :meth:`detect`.
            seed: As for :meth:`detect`.
            known_hubs: As for :meth:`detect`.
            parameters: As for :meth:`detect`.
        """
        from ringleader.api.detection import parameters_of, permuted

        values = parameters_of(self.settings, parameters, algorithm=algorithm, seed=seed)
        return permuted(
            self.graph,
            values,
            permutations=permutations,
            algorithm=algorithm,
            known_hubs=known_hubs,
        ).frame

    def parameters(self) -> pd.DataFrame:
        """Every parameter of detection with its value, default and reason."""
        from ringleader.api.detection import parameter_table, parameters_of

        return parameter_table(parameters_of(self.settings), self.settings).frame

    def evaluate(
        self,
        labels: FilePath | Iterable[FilePath] | None = None,
        *,
        mapping: FilePath | None = None,
        by: str = "decided_by",
        min_size: int = 1,
        traits: FilePath | None = None,
        kinds: int = 2,
    ) -> Evaluation:
        """Compare rings and campaigns with labels.

        Args:
            labels: Files of labels; None takes the graph's labels and decisions.
            mapping: Mapping file for these files.
            by: Column of the labels that tells sources of rings apart, ``decided_by`` or
                ``campaign``.
            min_size: Rings with fewer labelled accounts do not count.
            traits: Traits of operators; by default ``traits.csv`` beside the labels, if there.
            kinds: Operators that share fewer independent kinds of evidence do not count for
                values of traits.

        Raises:
            InputError: A file is broken or holds no label.
            NotFound: The graph holds no label and no decision.
        """
        from ringleader.api.evaluating import evaluate

        files = [labels] if isinstance(labels, str | Path) else list(labels or ())
        return evaluate(
            self.graph,
            [str(file) for file in files],
            mapping=as_path(mapping),
            by=by,
            min_size=min_size,
            traits=as_path(traits),
            kinds=kinds,
        )
