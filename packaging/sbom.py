"""The software bill of materials of a bundle, in CycloneDX's JSON.

    python packaging/sbom.py dist/layerlab INSTALLER...

The recipe writes the bill into the bundle. This puts it beside each installer made of it,
as `INSTALLER.cdx.json`, with the installer's own digest. Run by the Python of `.venv`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import pathlib
import platform
import sys
from collections.abc import Iterable

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from licences import Part
from packageurl import PackageURL
from packaging.utils import canonicalize_name

NAME = "bill.cdx.json"
PLACE = pathlib.PurePath("_internal", "layerlab", "resources", NAME)
MAC_PLACE = pathlib.PurePath("Contents", "Resources", "layerlab", "resources", NAME)


def bill(flavour: str, parts: Iterable[Part], files: Iterable[tuple[str, str, str]]) -> str:
    """Return the bill of a bundle.

    Args:
        flavour: name of the program's folder.
        parts: what it is made of, the program itself first.
        files: (place, source, kind) of all that ships; shared libraries get a digest.
    """
    own, *others = parts
    bom = Bom()
    program = _component(own, ComponentType.APPLICATION)
    program.name = flavour
    bom.metadata.component = program
    found = {str(canonicalize_name(part.name)): (part, _component(part)) for part in others}
    libraries = [
        Component(
            name=place,
            type=ComponentType.FILE,
            bom_ref=place,
            hashes=[_digest(pathlib.Path(source))],
        )
        for place, source, kind in sorted(files)
        if kind == "BINARY"
    ]
    components = [component for _, component in found.values()]
    for component in [*components, *libraries]:
        bom.components.add(component)
    bom.register_dependency(program, components)
    for part, component in found.values():
        needs = [found[name][1] for name in part.needs if name in found]
        bom.register_dependency(component, needs)
    return JsonV1Dot6(bom).output_as_string(indent=1)


def _component(part: Part, kind: ComponentType = ComponentType.LIBRARY) -> Component:
    """Return a part as the bill has it."""
    url = None
    if part.version:
        namespace = platform.freedesktop_os_release()["ID"] if part.kind == "deb" else None
        name, _, machine = part.name.partition(":")
        qualifiers = {"arch": machine} if machine else None
        url = PackageURL(part.kind, namespace, name.lower(), part.version, qualifiers)
    licences = []
    if part.licence != "see below":  # its text lies in the bundle; no few words name it
        licences.append(LicenseFactory().make_from_string(part.licence))
    return Component(
        name=part.name,
        version=part.version or None,
        type=kind,
        purl=url,
        licenses=licences,
        bom_ref=f"{part.kind}:{part.name}",
    )


def _digest(file: pathlib.Path) -> HashType:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    return HashType(alg=HashAlgorithm.SHA_256, content=found)


def beside(bundle: pathlib.Path, installer: pathlib.Path) -> pathlib.Path:
    """Write a bundle's bill beside an installer and return its file.

    Raises:
        SystemExit: the bundle has no bill.
    """
    places = [bundle / PLACE, bundle / MAC_PLACE]
    source = next((place for place in places if place.exists()), None)
    if source is None:
        raise SystemExit(f"layerlab: {bundle} has no bill of materials; build it again")
    read = json.loads(source.read_text(encoding="utf-8"))
    digest = _digest(installer)
    hashes = [{"alg": digest.alg.value, "content": digest.content}]
    read["metadata"]["component"] |= {"hashes": hashes, "description": installer.name}
    target = installer.with_name(f"{installer.name}.cdx.json")
    target.write_text(json.dumps(read, indent=1), encoding="utf-8")
    return target


def main() -> int:
    """Write the bills; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", metavar="DIST", type=pathlib.Path)
    parser.add_argument("installers", metavar="INSTALLER", type=pathlib.Path, nargs="+")
    args = parser.parse_args()
    for installer in args.installers:
        print(beside(args.bundle, installer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
