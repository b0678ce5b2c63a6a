"""Settings, in the user's own folder: what windows of any version share.

Each window writes the fields alone that it changed itself, over those that are in the file:
what another window chose stays, and so does what a newer version put there.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
from collections.abc import Iterator
from typing import Any

from layerlab.core.disk import read_file, reason, write_file
from layerlab.core.errors import LabError
from layerlab.core.folders import user_folder
from layerlab.core.options import (
    Options,
    fields_from_json,
    fields_to_json,
    options_from_fields,
    options_to_fields,
)
from layerlab.core.translation import _
from layerlab.runtime.aside import keep_aside

MAX_BYTES = 2**20
STALE_MS = 30_000  # of a lock: nobody writes settings for so long
WAIT_MS = 2000  # for another window that is writing; then both write, and each is whole


def data_folder() -> pathlib.Path:
    """Return the folder of settings and kept labs; LAYERLAB_HOME overrides it."""
    own = os.environ.get("LAYERLAB_HOME")
    return pathlib.Path(own) if own else user_folder("data")


def make_data_folder() -> pathlib.Path:
    """Return the folder, which is there then; raises LabError where it cannot be made."""
    folder = data_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(
            _("{folder} cannot be made: {reason}", folder=folder, reason=reason(error))
        ) from None
    return folder


def settings_file() -> pathlib.Path:
    """Return where the settings are."""
    return data_folder() / "settings.json"


def read_options(notices: list[str] | None = None) -> Options:
    """Return the saved options; the defaults where there are none.

    Args:
        notices: takes a sentence for each setting that has its default because its value
            does not fit.

    Raises:
        LabError: the file cannot be read as settings at all; a copy is kept aside.
    """
    if not os.path.lexists(settings_file()):
        return Options()
    try:
        fields = _fields()
    except LabError as error:
        path = settings_file()
        copies = keep_aside(data_folder(), [path])
        sentence = _("{path} is not used: {error}", path=path, error=error)
        for copy in copies:
            sentence = _(
                "{path} is not used: {error}; a copy is {copy}",
                path=path,
                error=error,
                copy=copy,
            )
        raise LabError(sentence) from None
    options, sentences = options_from_fields(fields)
    if notices is not None:
        notices.extend(sentences)
    return options


def write_options(options: Options, base: Options | None = None) -> None:
    """Keep the options.

    Args:
        options: as they are now.
        base: as they were read or written last; only what differs is written. None: all.

    Raises:
        LabError: they cannot be written.
    """
    make_data_folder()
    with _alone():
        fields: dict[str, Any] = {}
        if os.path.lexists(settings_file()):
            try:
                fields = _fields()
            except LabError:  # it is replaced, but not before there is a copy
                keep_aside(data_folder(), [settings_file()])
        before = options_to_fields(base) if base is not None and fields else {}
        for name, value in options_to_fields(options).items():
            if name not in before or before[name] != value:
                fields[name] = value
        write_file(settings_file(), fields_to_json(fields))


def _fields() -> dict[str, Any]:
    return fields_from_json(read_file(settings_file(), MAX_BYTES, _("settings file")))


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let no other window write in between, where the folder has locks."""
    from layerlab.runtime.lock import Lock  # the command line reads labs without Qt

    lock = Lock(data_folder() / "settings.lock", STALE_MS)
    lock.take(WAIT_MS)
    try:
        yield
    finally:
        lock.give_back()
