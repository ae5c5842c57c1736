"""Sign in at a provider of OpenID Connect on this machine, and what is refused."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from provider_world import CLIENT, SECRET, providing
from service_world import running

from ringleader.errors import SettingsError
from ringleader.service.app import build
from ringleader.service.provider import Provider
from ringleader.settings import load_settings


@pytest.fixture
def provider():
    with providing() as server:
        yield server


@pytest.fixture
def client(provider, tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    flags = {
        "neo4j.uri": "bolt://127.0.0.1:1",
        "serve.oidc_issuer": provider.issuer,
        "serve.oidc_client_id": CLIENT,
        "serve.oidc_secret_file": tmp_path / "secret",
        "serve.address": "http://rings.example",
        "serve.roles": ["fraud-leads=lead", "fraud-team=analyst"],
    }

    def read(replaced):
        env = {"RINGLEADER_HOME": str(tmp_path)}
        return load_settings({**flags, **replaced}, env=env, cwd=tmp_path)

    with running(read) as client:
        yield client


def cookies(response):
    pairs = [one.partition(";")[0].split("=", 1) for one in response.headers.get_list("set-cookie")]
    return {name: value for name, value in pairs if value.strip('"')}


def signed_in(client, *, browser=None):
    """What a browser gets that goes to the provider and comes back."""
    begun = client.get("/login")
    assert begun.status_code == 303
    mine = browser or cookies(begun)
    sent = httpx.get(begun.headers["location"])
    place = sent.headers["location"]
    assert place.startswith("http://rings.example/login/callback?")
    with httpx.Client(base_url=client.base_url, cookies=mine) as back:
        return back.get(place.removeprefix("http://rings.example"))


def test_somebody_signs_in_with_the_role_of_their_group(client):
    assert client.get("/v1/session").json() == {"me": None, "provider": True}
    told = signed_in(client)
    assert told.status_code == 200, told.text
    mine = cookies(told)
    assert set(mine) == {"__Host-ringleader"}
    with httpx.Client(base_url=client.base_url, cookies=mine) as browser:
        me = browser.get("/v1/session").json()["me"]
        assert (me["name"], me["role"]) == ("nora", "analyst")


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"groups": ["sales"]}, 403),
        ({"groups": "fraud-leads"}, 200),
        ({"aud": "another"}, 403),
        ({"iss": "https://evil.example"}, 403),
        ({"nonce": "old"}, 403),
        ({"exp": 1}, 403),
        ({"preferred_username": "line\nbreak"}, 403),
        ({"preferred_username": "", "email": "nora@provider.example"}, 200),
    ],
)
def test_what_the_provider_says_is_checked(client, provider, claims, status):
    provider.claims = claims
    told = signed_in(client)
    assert told.status_code == status
    assert bool(cookies(told)) == (status == 200)


def test_another_key_another_browser_and_a_second_use_are_refused(client, provider):
    assert signed_in(client, browser={"__Host-ringleader-login": "x"}).status_code == 403
    assert signed_in(client, browser={"other": "x"}).status_code == 403
    provider.signing_key = RSAKey.generate_key(2048, parameters={"kid": "one"})
    assert signed_in(client).status_code == 403
    assert client.get("/login/callback?state=none&code=x").status_code == 403


def test_a_login_under_way_is_kept_by_its_browser_alone(client, provider, tmp_path):
    """However many others begin and leave, they push nobody out: the service keeps nothing."""
    flags = {
        "serve.oidc_issuer": provider.issuer,
        "serve.oidc_client_id": CLIENT,
        "serve.address": "http://rings.example",
        "serve.roles": ["fraud-team=analyst"],
    }
    door = Provider(load_settings(flags, env={"RINGLEADER_HOME": str(tmp_path)}, cwd=tmp_path))
    door.begin()
    before = repr(vars(door))
    sealed = {door.begin()[1] for _ in range(10)}
    assert len(sealed) == 10 and repr(vars(door)) == before


def test_a_cookie_that_was_changed_or_is_old_is_refused(client, monkeypatch):
    begun = client.get("/login")
    [(name, sealed)] = cookies(begun).items()
    text, _, mark = sealed.partition(".")
    for wrong in (f"{text}.{mark[:-1]}x", f"{text[:-4]}AAAA.{mark}", text, ".", "é"):
        back = httpx.get(
            f"{client.base_url}/login/callback?state=s&code=x",
            headers={"cookie": f"{name}={wrong}".encode()},
        )
        assert back.status_code == 403 and "not begun here" in back.text
    assert signed_in(client).status_code == 200
    monkeypatch.setattr("ringleader.service.provider.LONGEST", 0.0)
    assert "took too long" in signed_in(client).text


@pytest.mark.parametrize(
    ("error", "told"),
    [("access_denied", "access_denied"), ("<script>x</script>", "an unknown error")],
)
def test_what_the_provider_refuses_is_said(client, error, told):
    begun = client.get("/login")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    with httpx.Client(base_url=client.base_url, cookies=cookies(begun)) as back:
        answer = back.get("/login/callback", params={"error": error, "state": state})
    assert answer.status_code == 403
    assert answer.json()["error"] == f"the provider refused the login: {told}"
    assert "script" not in answer.text


def test_what_belongs_to_a_provider_is_asked_for(tmp_path):
    flags = {"serve.oidc_issuer": "https://login.example", "serve.oidc_client_id": "x"}
    with pytest.raises(SettingsError, match=r"serve\.address is not"):
        build(lambda _: load_settings(flags, env={"RINGLEADER_HOME": str(tmp_path)}, cwd=tmp_path))
