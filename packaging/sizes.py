"""How large a bundle is, and what of it: unpacked by folder, and as an archive.

    python packaging/sizes.py dist/layerlab [dist/layerlab-*.tar.xz]...

MB are 1,000,000 bytes of files, without what a disk rounds up.
"""

from __future__ import annotations

import pathlib
import sys

SHOWN = 14
MB = 1e6


def by_part(folder: pathlib.Path) -> dict[str, int]:
    """Return the bytes of each part: a folder right within `_internal`, or a file there."""
    sizes: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            names = path.relative_to(folder).parts
            inner = names[1:] if names[0] == "_internal" and len(names) > 1 else names
            part = inner[0].removesuffix(".libs")  # a wheel's own libraries belong to it
            sizes[part] = sizes.get(part, 0) + path.stat().st_size
    return sizes


def main() -> int:
    """Print the sizes; return the exit code."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(sys.argv[1])
    sizes = sorted(by_part(folder).items(), key=lambda item: -item[1])
    print(f"{sum(size for _, size in sizes) / MB:7.1f} MB  {folder.name}, unpacked")
    for part, size in sizes[:SHOWN]:
        print(f"{size / MB:7.1f} MB    {part}")
    rest = sum(size for _, size in sizes[SHOWN:])
    print(f"{rest / MB:7.1f} MB    {len(sizes) - SHOWN} others")
    for name in sys.argv[2:]:
        path = pathlib.Path(name)
        print(f"{path.stat().st_size / MB:7.1f} MB  {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
