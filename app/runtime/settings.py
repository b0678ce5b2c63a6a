"""Settings and the last lab, in the user's own folder."""

from __future__ import annotations

import os
import pathlib

import platformdirs

from app.core.errors import LabError
from app.core.options import Options, options_from_json, options_to_json
from app.runtime.atomic import write_atomically


def data_folder() -> pathlib.Path:
    """Return the folder of settings and the last lab; LAYERLAB_HOME overrules it."""
    own = os.environ.get("LAYERLAB_HOME")
    return pathlib.Path(own) if own else platformdirs.user_data_path("layerlab", False)


def last_lab() -> pathlib.Path:
    """Return where the last lab is kept."""
    return data_folder() / "last.layerlab"


def read_options() -> Options:
    """Return the saved options; the defaults where there are none.

    Raises:
        LabError: the file is there and cannot be read.
    """
    path = data_folder() / "settings.json"
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Options()
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from None
    return options_from_json(raw)


def write_options(options: Options) -> None:
    """Keep the options; raises LabError if the folder cannot be written."""
    path = data_folder() / "settings.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{path.parent} cannot be made: {error.strerror}") from None
    write_atomically(path, options_to_json(options))
