"""The bill of what a bundle is made of."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import pathlib
import types

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from layerlab import __version__
from tests.helpers.scripts import script


@pytest.fixture(scope="module")
def licences() -> types.ModuleType:
    return script("licences")


@pytest.fixture(scope="module")
def sbom() -> types.ModuleType:
    return script("sbom")


@pytest.fixture
def library(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "libsome.so"
    path.write_bytes(b"machine code")
    return path


@pytest.fixture
def bill(
    licences: types.ModuleType, sbom: types.ModuleType, library: pathlib.Path
) -> dict[str, object]:
    parts = licences.parts(["numpy.linalg", "scipy"], [("sklearn/a.so", "/a.so", "EXTENSION")])
    parts.append(licences.Part("libxcb-cursor0:amd64", "0.1.4-1", "see below", (), "deb"))
    files = [("libsome.so", str(library), "BINARY"), ("link.so", "libsome.so", "SYMLINK")]
    read: dict[str, object] = json.loads(sbom.bill("layerlab-full", parts, files))
    return read


def test_it_keeps_to_the_published_schema(bill: dict[str, object]) -> None:
    assert bill["bomFormat"] == "CycloneDX"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    wrong = bill | {"components": [{"name": "without a type"}]}
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(wrong))


def test_it_names_every_part_with_version_licence_and_needs(bill) -> None:
    program = bill["metadata"]["component"]
    assert (program["name"], program["version"]) == ("layerlab-full", __version__)
    parts = {part["name"]: part for part in bill["components"]}
    numpy = parts["numpy"]
    version = importlib.metadata.version("numpy")
    assert (numpy["version"], numpy["purl"]) == (version, f"pkg:pypi/numpy@{version}")
    assert "BSD-3-Clause" in json.dumps(numpy["licenses"])
    assert {"Python", "Inter", "scipy", "scikit-learn"} <= parts.keys()
    debian = parts["libxcb-cursor0:amd64"]
    assert debian["purl"].endswith("/libxcb-cursor0@0.1.4-1?arch=amd64")
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert numpy["bom-ref"] in needs[parts["scipy"]["bom-ref"]]
    assert set(needs[program["bom-ref"]]) == {
        part["bom-ref"] for part in parts.values() if part["type"] == "library"
    }


def test_shared_libraries_have_their_digest(bill, library: pathlib.Path) -> None:
    (file,) = (part for part in bill["components"] if part["type"] == "file")
    digest = hashlib.sha256(library.read_bytes()).hexdigest()
    assert (file["name"], file["hashes"]) == (
        "libsome.so",
        [{"alg": "SHA-256", "content": digest}],
    )


def test_it_lies_beside_the_installer_with_its_digest(
    bill, sbom: types.ModuleType, tmp_path: pathlib.Path
) -> None:
    bundle, installer = tmp_path / "layerlab-full", tmp_path / "layerlab-full.deb"
    installer.write_bytes(b"packed")
    with pytest.raises(SystemExit, match="has no bill of materials; build it again"):
        sbom.beside(bundle, installer)
    (bundle / sbom.PLACE).parent.mkdir(parents=True)
    (bundle / sbom.PLACE).write_text(json.dumps(bill))
    target = sbom.beside(bundle, installer)
    assert target == tmp_path / "layerlab-full.deb.cdx.json"
    text = target.read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    (digest,) = json.loads(text)["metadata"]["component"]["hashes"]
    assert digest["content"] == hashlib.sha256(b"packed").hexdigest()
