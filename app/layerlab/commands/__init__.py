"""The commands of `layerlab`: one module each, imported when it is called for."""

from __future__ import annotations

from layerlab.core.translation import _

# Name -> what it does. Each is a module here with `add_arguments` and `run`.
COMMANDS = {
    "train": _("train without a window and report the losses"),
    "data": _("say what is read in a table; trains nothing"),
    "export": _("write a lab as a program or as weights for other libraries"),
    "claims": _("recompute what the sources claim, beside what they print"),
    "gradcheck": _("check backpropagation against finite differences"),
    "experiments": _("list the pages of the gallery"),
    "shot": _("draw the whole window into a picture; no display is needed"),
    "doctor": _("say what is installed, what is missing and what to do"),
    "runs": _("list the runs that were kept, or search among them"),
    "spec": _("print or check a spec"),
}
