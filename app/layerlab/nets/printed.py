"""Formulas as the source of programs: what `resources/programs/` imports of them.

`common/activations.py` and `common/torch_activations.py` there are what this module prints of
the activations in them, `common/losses.py`, `common/torch_losses.py` and
`common/optimizers.py` what it prints of the default lab's; a copied program holds what it
prints of its own.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from layerlab.core import programs
from layerlab.core.translation import in_english
from layerlab.nets.activations import ACTIVATIONS, SLOPE, Activation
from layerlab.nets.expressions import TRACE, Expression, expression, symbol
from layerlab.nets.losses import Loss
from layerlab.nets.optimizers import Optimizer

_LINE = 96  # characters
_Z = symbol("z")
# op -> its sign, and how tightly it binds.
_SIGNS = {
    "greater": (">", 1),
    "greater_equal": (">=", 1),
    "less": ("<", 1),
    "less_equal": ("<=", 1),
    "add": ("+", 2),
    "subtract": ("-", 2),
    "multiply": ("*", 3),
    "divide": ("/", 3),
    "power": ("**", 5),
}
_NEGATION, _WHOLE = 4, 6
_NAMED = {
    math.pi: "math.pi",
    math.sqrt(2): "math.sqrt(2)",
    math.sqrt(math.pi): "math.sqrt(math.pi)",
    math.sqrt(2 * math.pi): "math.sqrt(2 * math.pi)",
}


class Library(NamedTuple):
    """How formulas are written with a library of arrays.

    Attributes:
        name: as programs call it.
        calls: op -> its call, a field for each argument; others are functions so named.
    """

    name: str
    calls: dict[str, str]


NUMPY = Library(
    "np",
    {
        "erf": "np.vectorize(math.erf)({})",
        "max": "np.max({}, -1, keepdims=True)",
        "relu": "np.maximum({}, 0)",
        "step": "np.where({} > 0, 1.0, 0.0)",
        "sum": "np.sum({}, -1, keepdims=True)",
        "constant": "np.full_like(z, {})",
        "one": "np.ones_like(z)",
    },
)
TORCH = Library(
    "torch",
    {
        "logaddexp": "torch.logaddexp({}, torch.as_tensor({}))",
        "max": "torch.amax({}, -1, keepdim=True)",
        "maximum": "torch.clamp({}, min={})",
        "minimum": "torch.clamp({}, max={})",
        "step": "torch.where({} > 0, 1.0, 0.0)",
        "sum": "torch.sum({}, -1, keepdim=True)",
        "constant": "torch.full_like(z, {})",
        "one": "torch.ones_like(z)",
    },
)


def source(formula: Expression, library: Library) -> str:
    """Return a formula of the symbol `z` as an expression of Python."""
    if formula.is_constant:
        return library.calls["one" if formula.value == 1 else "constant"].format(formula.value)
    return _source(formula, library)[0]


def _source(formula: Expression, library: Library) -> tuple[str, int]:
    """Return the source of a formula, and how tightly its last operation binds."""
    op, args = formula.op, formula.args
    if formula.is_constant:
        value = float(formula.value)
        text = _NAMED.get(value) or (str(int(value)) if value.is_integer() else repr(value))
        rest = round(1 - value, 6)
        if len(text) > len(repr(rest)) + 4 and 1 - rest == value:  # what is left of a decay
            return f"1 - {rest!r}", _SIGNS["subtract"][1]
        return text, _NEGATION if value < 0 else _WHOLE
    if op == "symbol":
        return str(formula.value), _WHOLE
    if op == "negate":
        return f"-{_within(args[0], library, _NEGATION)}", _NEGATION
    if op in _SIGNS:
        sign, binding = _SIGNS[op]
        # Python computes from left to right, powers from right to left.
        left = _within(args[0], library, binding + (op == "power"))
        right = _within(args[1], library, binding + (op != "power"))
        is_short = op == "power" and not (args[0].args or args[1].args)  # as ruff has it
        return f"{left}{sign}{right}" if is_short else f"{left} {sign} {right}", binding
    if op == "where":
        op, args = _bound(formula)
    inner = [_source(arg, library)[0] for arg in args]
    if op == "where":  # else whole numbers would make an array of them
        inner[1:] = [
            repr(float(arg.value)) if arg.is_constant else text
            for arg, text in zip(args[1:], inner[1:], strict=True)
        ]
    name = str(formula.value) if op == "helper" else f"{library.name}.{op}"
    call = library.calls.get(op, f"{name}({', '.join('{}' for _ in inner)})")
    return call.format(*inner), _WHOLE


def _within(formula: Expression, library: Library, binding: int) -> str:
    text, own = _source(formula, library)
    return text if own >= binding else f"({text})"


def _bound(formula: Expression) -> tuple[str, tuple[Expression, ...]]:
    """Return a choice as a bound if it is one: `where(z > 0, 0, z)` is `minimum(z, 0)`."""
    condition, a, b = formula.args
    if condition.op == "greater" and condition.args[1].is_constant:
        if condition.args == (b, a):
            return "minimum", condition.args
        if condition.args == (a, b):
            return "maximum", condition.args
    return formula.op, formula.args


def _function(formula: Expression, library: Library) -> str:
    """Return a formula as a function of z: by its name if it has one."""
    text = source(formula, library)
    name = text.removesuffix("(z)")
    return (
        name if name != text and name.replace(".", "").isidentifier() else f"lambda z: {text}"
    )


def _helpers(formulas: Iterable[Expression], library: Library) -> list[str]:
    """Return the functions that formulas call by name, each after those that it calls."""
    found: dict[str, str] = {}
    for formula in formulas:
        for part in reversed(list(formula.parts())):  # bodies come before what they are of
            if part.op == "helper" and part.body is not None:
                found[str(part.value)] = (
                    f'def {part.value}(z):\n    """{part.doc}"""\n'
                    f"    return {source(part.body, library)}"
                )
    return list(found.values())


def _program(doc: str, body: list[str], lines: Iterable[str]) -> str:
    text = "\n\n\n".join(body)
    math_too = ["import math\n"] if "math." in text else []
    return "\n".join([f'"""{doc}"""\n', *math_too, *lines]) + f"\n\n\n{text}\n"


def numpy_activations(entries: Iterable[Activation]) -> str:
    """Return `common/activations.py` with these activations in it."""
    rows: list[str] = []
    formulas: list[Expression] = []
    for entry in entries:
        pair = entry.formula, entry.derivative_formula
        formulas += pair
        value, derivative = (_function(one, NUMPY) for one in pair)
        row = f'        "{entry.key}": ({value}, {derivative}),'
        if len(row) > _LINE:
            inner = "".join(f"            {one},\n" for one in (value, derivative))
            row = f'        "{entry.key}": (\n{inner}        ),'
        rows.append(row)
    function = "\n".join(
        [
            "def activation_and_derivative(name, slope=0.01):",
            '    """Return two functions of z; `slope` is that of leaky ReLU below zero."""',
            "    return {",
            *rows,
            "    }[name]",
        ]
    )
    return _program(
        "Activations and their derivatives.",
        [*_helpers(formulas, NUMPY), function],
        ["import numpy as np"],
    )


_TORCH_FUNCTION = '''\
class Function(nn.Module):
    """A function that PyTorch has no module of."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, z):
        """Return the function of z."""
        return self.function(z)'''


def torch_activations(entries: Iterable[Activation], slope: float = SLOPE) -> str:
    """Return `common/torch_activations.py` with these activations in it.

    Args:
        entries: the activations. slope: of leaky ReLU below zero.
    """
    rows: list[str] = []
    formulas: list[Expression] = []
    for entry in entries:
        module, _, comment = entry.torch.partition("  # ")
        if not module or (entry.uses_slope and slope != SLOPE):
            comment = ""
            formulas.append(expression(entry.value(TRACE, _Z, slope)))
            module = f"Function({_function(formulas[-1], TORCH)})"
        rows.append(f'    "{entry.key}": {module},' + (f"  # {comment}" if comment else ""))
    table = "\n".join(["ACTIVATIONS = {", *rows, "}"])
    own = [_TORCH_FUNCTION, *_helpers(formulas, TORCH)] if formulas else []
    imports = ["import torch"] * ("torch." in "".join([*own, table])) + ["from torch import nn"]
    return _program("Activations as modules of PyTorch.", [*own, table], imports)


# ---- losses and optimizers


def numpy_losses(entry: Loss) -> str:
    """Return `common/losses.py` of this loss."""
    return _program(
        "The loss and its gradient.",
        [_loss(entry, NUMPY), _gradient(entry)],
        ["import numpy as np"],
    )


def torch_losses(entry: Loss) -> str:
    """Return `common/torch_losses.py` of this loss, as PyTorch's own function if it has one."""
    if entry.torch:
        text = f'def loss(out, y):\n    """{_doc_of(entry)}"""\n    return {entry.torch}'
        return _program("The loss.", [text], ["from torch import nn"])
    return _program("The loss.", [_loss(entry, TORCH)], ["import torch"])


def _doc_of(entry: Loss) -> str:
    return f"Return the {in_english(entry.name).removesuffix(', nats')} of a batch."


def _loss(entry: Loss, library: Library) -> str:
    lines, text = _with_parts(_of_a_batch(entry.traced()), library)
    result = f"return {library.name}.mean({text})"
    if len(result) > _LINE - 4:
        result = f"return {library.name}.mean(\n        {text}\n    )"
    return _def("loss(out, y)", _doc_of(entry), [*lines, result])


def _gradient(entry: Loss) -> str:
    lines, text = _with_parts(_of_a_batch(entry.traced_derivative()), NUMPY)
    terms = "out.size" if entry.is_by_output else "len(out)"
    doc = "Return the gradient of the loss by the outputs."
    return _def("loss_gradient(out, y)", doc, [*lines, f"return ({text}) / {terms}"])


def _def(head: str, doc: str, lines: Iterable[str]) -> str:
    """Return a function of Python."""
    return "\n    ".join([f"def {head}:", f'"""{doc}"""', *lines])


def _with_parts(formula: Expression, library: Library) -> tuple[list[str], str]:
    """Return assignments of what a formula computes more than once, and the formula by them."""
    lines = []
    for k, part in enumerate(_repeated(formula)):
        name = symbol(f"part{k}")
        lines.append(f"{name.value} = {source(part, library)}")
        formula = replaced(formula, {part: name})
    return lines, source(formula, library)


def _repeated(formula: Expression) -> list[Expression]:
    """Return the largest parts of a formula that it computes more than once."""
    counts = Counter(part for part in formula.parts() if part.args)
    found: list[Expression] = []
    for part in formula.parts():
        is_inner = any(part in set(other.parts()) for other in found)
        if counts[part] > 1 and not is_inner:
            found.append(part)
    return found


def _of_a_batch(formula: Expression) -> Expression:
    return replaced(formula, {symbol("target"): symbol("y")})


def optimizers(entry: Optimizer) -> str:
    """Return `common/optimizers.py` of this optimizer."""
    p, *moments = entry.traced()
    olds = [f"moment{k}" for k in range(entry.slots)]
    news = [symbol(f"new{k}") for k in range(entry.slots)]
    lines = [f"{olds[0]} = moments[0]" if len(olds) == 1 else f"{', '.join(olds)} = moments"]
    for new, moment in zip(news, moments, strict=True):
        lines.append(f"{new.value} = {source(moment, NUMPY)}")
    parts, text = _with_parts(replaced(p, dict(zip(moments, news, strict=True))), NUMPY)
    lines += [*parts, f"p = {text}", f"return p, [{', '.join(str(n.value) for n in news)}]"]
    function = _def(
        "step(p, g, moments, rate, t)",
        "Return a parameter and its moments after update t, from 1; g is its gradient.",
        lines if olds else lines[1:],
    )
    slots = f"SLOTS = {entry.slots}  # arrays that are remembered for each parameter"
    imports = ["import numpy as np", ""] if "np." in function else []
    return "\n".join(['"""The optimizer."""', "", *imports, slots, "", "", function, ""])


def replaced(formula: Expression, others: Mapping[Expression, Expression]) -> Expression:
    """Return a formula with some of its parts replaced by others."""
    if formula in others:
        return others[formula]
    args = tuple(replaced(arg, others) for arg in formula.args)
    return dataclasses.replace(formula, args=args)


_PARTS: dict[str, Callable[[Iterable[Activation]], str]] = {
    "common.activations": numpy_activations,
    "common.torch_activations": torch_activations,
}


def program(key: str, **parameters: Any) -> str:
    """Return a program that has all activations; see `core.programs.program`."""
    parts = {name: written(ACTIVATIONS) for name, written in _PARTS.items()}
    return programs.program(key, parts, **parameters)
