"""The import graph of a package, as its sources have it: also what only types need."""

from __future__ import annotations

import ast
import pathlib


def import_graph(package: pathlib.Path) -> dict[str, set[str]]:
    """Return which modules of a package each of them imports.

    Imports within functions and under `TYPE_CHECKING` count like all others.

    Args:
        package: its folder.
    """
    files = {_name(file, package): file for file in package.rglob("*.py")}
    graph: dict[str, set[str]] = {}
    for name, file in files.items():
        found: set[str] = set()
        here = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                above = here[: len(here) - node.level + 1] if node.level else []
                base = ".".join([*above, *([node.module] if node.module else [])])
                for alias in node.names:  # a module of that package, or a name of that module
                    module = f"{base}.{alias.name}"
                    found.add(module if module in files else base)
        graph[name] = (found & files.keys()) - {name}
    return graph


def _name(file: pathlib.Path, package: pathlib.Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or by way of others."""
    reached = {name: _reached(graph, name) for name in graph}
    groups = {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in graph
        if name in reached[name]
    }
    return sorted(sorted(group) for group in groups)


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = graph[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found
