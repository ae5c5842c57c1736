"""Match identifiers with a partner, without showing the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringleader.api.facade.base import Base, FilePath, as_path

if TYPE_CHECKING:
    from ringleader.exports.matching.protocol import Exchange, Terms


class Matching(Base):
    """Methods for private set intersection; docs/acting-together.md says what leaks."""

    def match_key(self, file: FilePath) -> str:
        """Make the key of a partnership; returns its fingerprint.

        Args:
            file: Where to; a file that is there is not replaced.

        Raises:
            InputError: There is a file already, or it cannot be written.
        """
        from ringleader.errors import InputError
        from ringleader.keys import fingerprint, load_key

        path = Path(file)
        if path.exists():
            raise InputError(f"{path} is there already", hint="choose another name")
        return fingerprint(load_key(path.absolute().parent, Path(path.name)))

    def match_ask(
        self,
        file: FilePath,
        *,
        key: FilePath,
        purpose: str,
        kinds: Sequence[str] = (),
        scope: str = "rings",
        reveal: str = "identifiers",
        days: int = 7,
        most: int = 1_000_000,
    ) -> Exchange:
        """Write a request for the partner. It shows how many identifiers there are, and not which.

        Args:
            file: Where to.
            key: File with the key of the partnership, which both have.
            purpose: What for; word for word as the partner.
            kinds: ``ip``, ``device``, ``email_domain``; by default all.
            scope: What this side puts in. ``rings``: what mostly members of rings use; ``all``:
                everything.
            reveal: ``identifiers`` or ``size``.
            days: For how long it can be answered.
            most: Most identifiers.

        Raises:
            WrongUsage: The terms make no sense, or there are too many identifiers.
        """
        from ringleader.exports.matching.protocol import ask

        terms = _terms(key, purpose, kinds, scope=scope, reveal=reveal, days=days, most=most)
        return ask(self.graph, self.settings.home, Path(file), terms)

    def match_answer(
        self,
        request: FilePath,
        file: FilePath,
        *,
        key: FilePath,
        purpose: str,
        kinds: Sequence[str] = (),
        scope: str = "rings",
        reveal: str = "identifiers",
        most: int = 1_000_000,
        per_day: int = 3,
    ) -> Exchange:
        """Answer a partner's request; the partner learns what both have.

        Args:
            request: The partner's file.
            file: Where the response goes.
            key: File with the key of the partnership.
            purpose: What for; word for word as the partner.
            kinds: Kinds that may be asked for; by default all.
            scope: What this side puts in, as for :meth:`match_ask`.
            reveal: ``size`` to allow only the number.
            most: Most identifiers of a side.
            per_day: Most requests of a partner in a day.

        Raises:
            InputError: The request is not the partner's, has expired, was answered before, asks
                for more than allowed, or comes too often.
        """
        from ringleader.exports.matching.protocol import answer

        terms = _terms(key, purpose, kinds, scope=scope, reveal=reveal, most=most, per_day=per_day)
        return answer(self.graph, self.settings.home, Path(request), Path(file), terms)

    def match_finish(
        self, response: FilePath, *, key: FilePath, purpose: str, share: FilePath | None = None
    ) -> Exchange:
        """Work out from a response what both have.

        Args:
            response: The partner's file.
            key: File with the key of the partnership.
            purpose: As in the request.
            share: Write a result here, from which the partner learns the same.

        Raises:
            InputError: The response is not the partner's, answers no request of ours, or was used.
        """
        from ringleader.exports.matching.protocol import finish

        to = None if share is None else Path(share)
        terms = _terms(key, purpose, ())
        return finish(self.graph, self.settings.home, Path(response), terms, share=to)

    def match_with(
        self,
        partner: str,
        *,
        key: FilePath,
        purpose: str,
        kinds: Sequence[str] = (),
        scope: str = "rings",
        reveal: str = "identifiers",
        most: int = 1_000_000,
        share: bool = False,
        token_file: FilePath | None = None,
        ca: FilePath | None = None,
    ) -> Exchange:
        """Match with a partner whose ``ringleader serve`` answers over HTTPS.

        The same three documents travel as with files: request, response and, with ``share``,
        result.

        Args:
            partner: Address of the partner's service; https unless it is this machine.
            key: File with the key of the partnership.
            purpose: What for; word for word as the partner.
            kinds: Kinds of identifiers; by default all.
            scope: What this side puts in, as for :meth:`match_ask`.
            reveal: ``identifiers`` or ``size``.
            most: Most identifiers.
            share: Whether the partner learns what both have too.
            token_file: File of mode 0600 with the token that the partner has given; by default
                the variable ``RINGLEADER_PARTNER_TOKEN``.
            ca: PEM file with the authority of the partner's certificate; by default those that
                this machine trusts.

        Raises:
            WrongUsage: The address is not encrypted, or the terms make no sense.
            SettingsError: There is no token, or others can read its file.
            ConnectionFailed: The partner does not answer, has no certificate that is trusted, or
                lets nobody in with this token.
            InputError: The partner refuses the request, or answers something else.
        """
        from ringleader.api.partners import match_with

        terms = _terms(key, purpose, kinds, scope=scope, reveal=reveal, days=1, most=most)
        return match_with(
            self.graph,
            self.settings.home,
            partner,
            terms,
            share=share,
            token_file=as_path(token_file),
            ca=as_path(ca),
        )

    def match_read(self, result: FilePath, *, key: FilePath, purpose: str) -> Exchange:
        """Read what the asking side tells of what both have.

        Args:
            result: The partner's file.
            key: File with the key of the partnership.
            purpose: As in the request.

        Raises:
            InputError: The result is not the partner's, or of no request that was answered here.
        """
        from ringleader.exports.matching.protocol import receive

        return receive(self.graph, self.settings.home, Path(result), _terms(key, purpose, ()))


def _terms(key: FilePath, purpose: str, kinds: Sequence[str], **more: Any) -> Terms:
    from ringleader.exports.matching.protocol import KINDS, Terms

    return Terms(Path(key), purpose, tuple(kinds) or tuple(KINDS), **more)
