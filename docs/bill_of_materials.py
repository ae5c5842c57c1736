"""Everything that an installation consists of, as CycloneDX: ``make sbom`` writes ``sbom.json``.

Python packages with their hashes come from ``requirements/run.txt``, files of the servers from the
locks of ``ringleader/engine``. Licences are those that the installed packages state; Neo4j and
Graph Data Science are under the GPL, version 3.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from ringleader.engine.lock import read_lock
from ringleader.engine.releases import ENGINES
from ringleader.version import __version__

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements" / "run.txt"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)((?:.*\\\n)*.*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_GPL = ("org.neo4j", "com.neo4j")
_licences = LicenseFactory()


def licence_of(package: str) -> str | None:
    """The licence that an installed package states; None if it states none, or is not installed."""
    try:
        said = metadata(package)
    except PackageNotFoundError:
        return None
    if expression := said.get("License-Expression"):
        return str(expression)
    names = [line.rpartition(":: ")[2] for line in said.get_all("Classifier") or ()
             if line.startswith("License ::") and line.count("::") > 1]  # fmt: skip
    stated = str(said.get("License") or "").strip()
    return " AND ".join(names) or (stated if 0 < len(stated) < 60 else None)


def python_packages() -> Iterator[Component]:
    """The packages that a plain installation brings, with the hashes that pip checks."""
    for name, version, rest in _PINNED.findall(REQUIREMENTS.read_text(encoding="utf-8")):
        licence = licence_of(name)
        yield Component(
            type=ComponentType.LIBRARY,
            name=name,
            version=version,
            bom_ref=f"pypi:{name}",
            purl=PackageURL("pypi", None, name.lower(), version),
            licenses=[_licences.make_from_string(licence)] if licence else (),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in _HASH.findall(rest)],
        )


def server_files() -> Iterator[Component]:
    """Every file on the class path of the servers, with the hash that a download must have."""
    for engine in ENGINES:
        for artifact in read_lock(engine).artifacts:
            group, name, version, *_ = artifact.coordinate.split(":")
            licences = (
                [_licences.make_from_string("GPL-3.0-only")] if group.startswith(_GPL) else ()
            )
            yield Component(
                type=ComponentType.LIBRARY,
                group=group,
                name=name,
                version=version,
                bom_ref=f"{engine.line}:{artifact.coordinate}",
                purl=PackageURL("maven", group, name, version),
                licenses=licences,
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=artifact.sha256)],
            )


def bill() -> Bom:
    """The bill of materials."""
    made = Bom(components=[*python_packages(), *server_files()])
    made.metadata.component = Component(
        type=ComponentType.APPLICATION,
        name="ringleader",
        version=__version__,
        bom_ref="ringleader",
        licenses=[_licences.make_from_string("Apache-2.0")],
    )
    return made


def main() -> int:
    """Write the bill, and list the licences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("sbom.json"))
    given = parser.parse_args()
    made = bill()
    text = make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    given.output.write_text(text + "\n", encoding="utf-8")
    stated = Counter(
        str(getattr(one, "value", None) or getattr(one, "id", None) or getattr(one, "name", None))
        for component in made.components
        if str(component.purl).startswith("pkg:pypi")
        for one in component.licenses or ("none stated",)
    )
    print(f"{given.output}: {len(made.components)} components")
    for licence, number in stated.most_common():
        print(f"  {number:3} Python packages: {licence}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
