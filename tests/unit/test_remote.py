"""What an object store calls its files, before anything is copied."""

import pytest

from ringleader.errors import InputError
from ringleader.loaders.sources import remote


class Store:
    """A store with these objects."""

    def __init__(self, *paths):
        self.paths = list(paths)

    def find(self, path):
        return self.paths

    def isdir(self, path):
        return False


def below(monkeypatch, *paths):
    monkeypatch.setattr(remote, "store_of", lambda _: (Store(*paths), "logs"))
    return remote._below("s3://logs")[1]


def test_hidden_objects_are_left_out(monkeypatch):
    found = below(
        monkeypatch,
        "logs/1.csv",
        "logs/day/2.csv",
        "logs/_SUCCESS",
        "logs/.x",
        "logs/_temporary/0/3.csv",
    )
    assert found == [("logs/1.csv", "1.csv"), ("logs/day/2.csv", "day/2.csv")]


@pytest.mark.parametrize("name", ["../up.csv", "day/../../up.csv"])
def test_no_name_leads_out_of_the_folder_of_copies(monkeypatch, name):
    with pytest.raises(InputError, match="is no name of a file"):
        below(monkeypatch, "logs/1.csv", f"logs/{name}")
