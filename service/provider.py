"""Sign in at an OpenID Connect provider: authorization code with PKCE, by Authlib.

The provider's keys verify who signed in; the groups of the person decide their role. Nothing of the
provider is kept but the name. A login under way is kept by its own browser, in a cookie that the
service has signed: however many others begin a login and leave it, they push nobody out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ringleader.errors import SettingsError
from ringleader.service.answerable import Denied
from ringleader.service.proxies import MOST_LETTERS, role_of, roles_of
from ringleader.service.tokens import Token
from ringleader.settings import expanded

if TYPE_CHECKING:
    from ringleader.settings import Settings

LONGEST = 600.0  # seconds of a login
SECONDS = 10.0  # for each answer of the provider
LEEWAY = 60  # seconds by which its clock may differ
CALLBACK = "/login/callback"
_ERROR = re.compile(r"[a-z_]{1,60}")  # as RFC 6749 and OpenID Connect name them


@dataclass(frozen=True)
class _Login:
    """A login under way: what its answer has to fit."""

    state: str
    nonce: str
    verifier: str
    began: float


class Provider:
    """The provider that the settings name.

    Args:
        settings: ``serve.oidc_issuer`` and what belongs to it.

    Raises:
        SettingsError: Something that belongs to it is missing.
    """

    def __init__(self, settings: Settings) -> None:
        self._issuer = str(settings.get("serve.oidc_issuer")).rstrip("/")
        self._client = str(settings.get("serve.oidc_client_id") or "")
        self._address = str(settings.get("serve.address") or "").rstrip("/")
        self._groups = str(settings.get("serve.oidc_groups"))
        self._roles = roles_of(settings)
        missing = [
            name
            for name, value in (
                ("serve.oidc_client_id", self._client),
                ("serve.address", self._address),
                ("serve.roles", self._roles),
            )
            if not value
        ]
        if missing:
            raise SettingsError(
                f"serve.oidc_issuer is set, and {missing[0]} is not", hint="docs/serve.md"
            )
        file = settings.get("serve.oidc_secret_file")
        try:
            self._secret = expanded(file).read_text(encoding="utf-8").strip() if file else None
        except OSError as error:
            raise SettingsError(f"serve.oidc_secret_file: {error}") from error
        self._key = secrets.token_bytes(32)
        self._known: dict[str, Any] | None = None

    def begin(self) -> tuple[str, str]:
        """Begin a login.

        Returns:
            Where the browser goes, and what it has to bring back in a cookie: the login, signed.

        Raises:
            Denied: The provider does not answer.
        """
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        endpoint = self._metadata()["authorization_endpoint"]
        with self._session() as session:
            url, state = session.create_authorization_url(
                endpoint, nonce=nonce, code_verifier=verifier
            )
        return str(url), self._sealed(_Login(str(state), nonce, verifier, time.monotonic()))

    def _sealed(self, login: _Login) -> str:
        text = base64.urlsafe_b64encode(json.dumps(asdict(login)).encode()).decode()
        return f"{text}.{hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()}"

    def _opened(self, sealed: str) -> _Login | None:
        text, _, mark = sealed.partition(".")
        right = hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right.encode(), mark.encode()):
            return None
        return _Login(**json.loads(base64.urlsafe_b64decode(text)))

    def finish(self, state: str, code: str, sealed: str, error: str = "") -> Token:
        """Who has signed in.

        Args:
            state: What the provider sends back.
            code: What it gives for the tokens.
            sealed: The cookie of the browser that began.
            error: What the provider says in the place of a code.

        Raises:
            Denied: It is another browser's login, it is too old, the provider refused it or does
                not vouch for it, or the person's groups have no role.
        """
        login = self._opened(sealed)
        if (
            login is None
            or time.monotonic() - login.began > LONGEST
            or not secrets.compare_digest(login.state.encode(), state.encode())
        ):
            raise Denied(403, "this login was not begun here, or took too long", "sign in again")
        if error:
            what = error if _ERROR.fullmatch(error) else "an unknown error"
            raise Denied(403, f"the provider refused the login: {what}", "sign in again at /login")
        if not code:
            raise Denied(403, "the provider sent no code", "sign in again at /login")
        claims = self._claims(code, login)
        name = next(
            (
                str(claims[one]).strip()
                for one in ("preferred_username", "email", "sub")
                if str(claims.get(one) or "").strip()
            ),
            "",
        )
        if not name or not name.isprintable() or len(name) > MOST_LETTERS:
            raise Denied(403, "the provider gives no name that can be shown", "ask who runs it")
        role = role_of(claims.get(self._groups), self._roles)
        if role is None:
            raise Denied(403, f"no group of {name} has a role here", "ask a lead")
        return Token("login", name, role, "", "")

    def _claims(self, code: str, login: _Login) -> dict[str, Any]:
        import httpx
        from authlib.common.errors import AuthlibBaseError
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        known = self._metadata()
        try:
            with self._session() as session:
                given = session.fetch_token(
                    known["token_endpoint"], code=code, code_verifier=login.verifier
                )
            keys = httpx.get(known["jwks_uri"], timeout=SECONDS).raise_for_status().json()
            # Symmetric algorithms are none: the keys of the provider are public.
            algorithms = ["RS256", "ES256", "PS256", "EdDSA"]
            read = jwt.decode(given["id_token"], KeySet.import_key_set(keys), algorithms=algorithms)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": known["issuer"]},
                aud={"essential": True, "value": self._client},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": login.nonce},
            ).validate(read.claims)
        except (
            AuthlibBaseError,
            JoseError,
            httpx.HTTPError,
            ValueError,
            KeyError,
            TypeError,
        ) as error:
            # Its text may hold the code.
            raise Denied(
                403, f"the provider does not vouch for this login ({type(error).__name__})", ""
            ) from error
        return dict(read.claims)

    def _metadata(self) -> dict[str, Any]:
        if self._known is None:
            import httpx

            url = f"{self._issuer}/.well-known/openid-configuration"
            try:
                known = httpx.get(url, timeout=SECONDS).raise_for_status().json()
                if known["issuer"].rstrip("/") != self._issuer:
                    raise ValueError("another issuer")
                self._known = known
            except (httpx.HTTPError, ValueError, KeyError, AttributeError) as error:
                raise Denied(
                    502, f"the login provider does not answer ({type(error).__name__})", ""
                ) from error
        return self._known

    def _session(self) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self._client,
            self._secret,
            scope="openid profile email",
            redirect_uri=self._address + CALLBACK,
            code_challenge_method="S256",
            timeout=SECONDS,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
        )
