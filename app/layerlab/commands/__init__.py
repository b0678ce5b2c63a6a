"""The commands of `layerlab`: one module each, imported when it is called for."""

from __future__ import annotations

# Name -> what it does. Each is a module here with `add_arguments` and `run`.
COMMANDS = {
    "train": "train without a window and report the losses",
    "claims": "recompute what the sources claim, beside what they print",
    "gradcheck": "check backpropagation against finite differences",
    "experiments": "list the pages of the gallery",
    "shot": "draw the whole window into a picture; no display is needed",
    "doctor": "say what is installed, what is missing and what to do",
    "spec": "print or check a spec",
}
