"""The user's own folders, where each system has them."""

from __future__ import annotations

import os
import pathlib

from layerlab.core.libraries import import_sentence, warn_once
from layerlab.core.translation import _

_NAME = "layerlab"


def user_folder(kind: str) -> pathlib.Path:
    """Return the folder for what the lab keeps; it need not exist.

    Args:
        kind: `data` for settings and the last lab, `log` or `cache`.
    """
    try:
        import platformdirs
    except ImportError as error:
        folder = pathlib.Path(os.path.expanduser("~")) / f".{_NAME}"
        warn_once(
            _(
                "settings, logs and kernels are kept in {folder}: {why}",
                folder=folder,
                why=import_sentence(error),
            )
        )
        return folder / kind
    found = platformdirs.PlatformDirs(_NAME, False)
    return {"data": found.user_data_path, "log": found.user_log_path}.get(
        kind, found.user_cache_path
    )


def log_folder() -> pathlib.Path:
    """Return the folder of logs and reports; LAYERLAB_HOME overrides it."""
    own = os.environ.get("LAYERLAB_HOME")
    return pathlib.Path(own) / "logs" if own else user_folder("log")
