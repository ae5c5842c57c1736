"""Backups are unpacked into their folder and nowhere else, also by a Python without tar filters."""

import io
import tarfile

import pytest

from ringleader.loaders.lifecycle.backup import _extract


def packed(path, *members):
    with tarfile.open(path, "w") as tar:
        for name, kind, link in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, link, 2 if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(b"hi") if info.size else None)
    return path


@pytest.fixture(params=["with filters", "without"])
def python(request, monkeypatch):
    if request.param == "without":
        monkeypatch.delattr(tarfile, "data_filter")
    return request.param


def test_files_and_folders_are_unpacked(tmp_path, python):
    file = packed(
        tmp_path / "a.tar", ("loads", tarfile.DIRTYPE, ""), ("loads/a/b", tarfile.REGTYPE, "")
    )
    with tarfile.open(file) as tar:
        _extract(tar, tmp_path / "to")
    assert (tmp_path / "to/loads/a/b").read_bytes() == b"hi"


@pytest.mark.parametrize(
    "member",
    [
        ("../evil", tarfile.REGTYPE, ""),
        ("a/../../evil", tarfile.REGTYPE, ""),
        ("link", tarfile.SYMTYPE, "/etc/passwd"),
        ("hard", tarfile.LNKTYPE, "../evil"),
        ("pipe", tarfile.FIFOTYPE, ""),
    ],
)
def test_what_leads_out_of_the_folder_is_refused(tmp_path, python, member):
    with tarfile.open(packed(tmp_path / "a.tar", member)) as tar, pytest.raises(tarfile.TarError):
        _extract(tar, tmp_path / "to")
    assert not (tmp_path / "evil").exists()


def test_an_absolute_name_leads_nowhere_else(tmp_path, python):
    outside = tmp_path / "evil"
    with tarfile.open(packed(tmp_path / "a.tar", (str(outside), tarfile.REGTYPE, ""))) as tar:
        try:
            _extract(tar, tmp_path / "to")
        except tarfile.TarError:
            assert python == "without"
    assert not outside.exists()
