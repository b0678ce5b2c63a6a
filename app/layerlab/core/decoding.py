"""JSON from outside: decoded in one place, which refuses what does not fit in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

import msgspec

from layerlab.core.errors import LabError, one_line
from layerlab.core.translation import _

T = TypeVar("T")
_NO_HINTS: Mapping[str, str] = MappingProxyType({})


def decode_json(
    raw: bytes | str, kind: type[T], where: str, hints: Mapping[str, str] = _NO_HINTS
) -> T:
    """Decode JSON into a type.

    Args:
        raw: the text.
        kind: what it should be, as msgspec takes types.
        where: how messages name the source, such as the file's name.
        hints: field -> what to say of a value that does not fit there, instead of msgspec.

    Raises:
        LabError: `where: field: what is wrong`, for anything that does not fit.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except LabError as error:  # of a type that checks itself
        raise LabError(f"{where}: {error}") from None
    except msgspec.ValidationError as error:
        raise _refusal(error, where, hints) from None
    except RecursionError:
        raise LabError(_("{where} is nested too deeply", where=where)) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise LabError(_("{where} is not JSON: {error}", where=where, error=error)) from None


def convert_json(
    value: object, kind: type[T], where: str, hints: Mapping[str, str] = _NO_HINTS
) -> T:
    """Turn decoded JSON into a type; see `decode_json`.

    What a type says that checks itself stays as it is: it names the field.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _refusal(error, where, hints) from None
    except RecursionError:
        raise LabError(_("{where} is nested too deeply", where=where)) from None


def _refusal(error: Exception, where: str, hints: Mapping[str, str]) -> LabError:
    """Turn msgspec's message into ours: `file: field: what is wrong`."""
    text, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    what = text.replace("Object contains unknown field", "unknown field").replace("`", "'")
    what = hints.get(field) or one_line(what)
    return LabError(f"{where}: {one_line(field)}: {what}" if field else f"{where}: {what}")
