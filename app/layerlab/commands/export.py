"""Write a lab as a program that runs by itself, or its weights for other libraries."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from layerlab.commands.common import add_path_argument, path_option
from layerlab.core.disk import write_file
from layerlab.core.errors import LabError, unknown_name
from layerlab.core.translation import _

if TYPE_CHECKING:
    from layerlab.runtime.labfile import SavedLab

NUMPY, PYTORCH, STATE_DICT = "numpy", "pytorch", "state-dict"
KINDS = (NUMPY, PYTORCH, STATE_DICT)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help=_("a saved lab, or a spec in JSON"))
    parser.add_argument(
        "--to",
        metavar="KIND",
        required=True,
        help=_(
            "numpy or pytorch: a program with the lab's data, seeds, initialization and "
            "training; state-dict: the trained weights as PyTorch names them (safetensors)"
        ),
    )
    parser.add_argument(
        "--out", metavar="PATH", help=_("the file; without it a program is printed")
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help=_("the network whose weights are exported, by its seed; the first one without it"),
    )
    add_path_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Export; return the exit code."""
    if args.to not in KINDS:
        raise unknown_name(_("kind of export"), args.to, KINDS)
    if args.to != STATE_DICT and args.seed is not None:
        raise LabError(_("--seed goes with --to state-dict; a program trains every seed"))
    if args.to == STATE_DICT and args.out is None:
        raise LabError(_("--to state-dict writes a file; name it with --out PATH"))
    saved = _loaded(args.file, args.allow_path)
    if args.to == STATE_DICT:
        write_file(args.out, _weights(saved, args))
        return 0
    text = _program(saved, args.to)
    if args.out is None:
        print(text, end="")
    else:
        write_file(args.out, text.encode())
    return 0


def _loaded(path: str, any_path: bool) -> SavedLab:
    from layerlab.nets.optimizers import slots_of
    from layerlab.nets.problem import check, layout_of
    from layerlab.nets.tasks.csv import inputs_of
    from layerlab.runtime.labfile import load

    with path_option():
        saved = load(path, layout_of, slots_of, any_path, inputs_of)
    try:
        check(saved.spec)
    except LabError as error:
        raise LabError(f"{path}: {error}") from None
    return saved


def _program(saved: SavedLab, kind: str) -> str:
    from layerlab.nets.exports.program import numpy_program, torch_program

    written = numpy_program if kind == NUMPY else torch_program
    return written(saved.spec, None if saved.state is None else saved.state.update)


def _weights(saved: SavedLab, args: argparse.Namespace) -> memoryview:
    from layerlab.nets.exports.weights import description, state_dict
    from layerlab.nets.problem import load_data
    from layerlab.runtime.arrays import joined

    if saved.state is None:
        raise LabError(
            _(
                "{path} is a spec without a trained network; train it first: layerlab train "
                "--spec {path} --out FILE.layerlab",
                path=args.file,
            )
        )
    spec = saved.spec
    seed = spec.train.seed if args.seed is None else args.seed
    if args.seed is None and spec.train.seeds > 1:
        print(
            _("layerlab: the network with seed {seed}; --seed chooses another", seed=seed),
            file=sys.stderr,
        )
    tensors = state_dict(spec, saved.state, seed)
    return joined(description(spec, load_data(spec.task), seed), tensors)
