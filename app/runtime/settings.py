"""Settings and the last lab, in the user's own folder."""

from __future__ import annotations

import os
import pathlib

from app.core.disk import read_file, write_file
from app.core.errors import LabError
from app.core.folders import user_folder
from app.core.options import Options, options_from_json, options_to_json

MAX_SETTINGS_BYTES = 2**20


def data_folder() -> pathlib.Path:
    """Return the folder of settings and the last lab; LAYERLAB_HOME overrules it."""
    own = os.environ.get("LAYERLAB_HOME")
    return pathlib.Path(own) if own else user_folder("data")


def last_lab() -> pathlib.Path:
    """Return where the last lab is kept."""
    return data_folder() / "last.layerlab"


def read_options() -> Options:
    """Return the saved options; the defaults where there are none.

    Raises:
        LabError: the file is there and cannot be read.
    """
    path = data_folder() / "settings.json"
    if not os.path.lexists(path):
        return Options()
    return options_from_json(read_file(path, MAX_SETTINGS_BYTES, "settings file"))


def write_options(options: Options) -> None:
    """Keep the options; raises LabError if the folder cannot be written."""
    path = data_folder() / "settings.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{path.parent} cannot be made: {error.strerror}") from None
    write_file(path, options_to_json(options))
