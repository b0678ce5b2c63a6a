"""The parser: from the tokens of a formula to its tree, by precedence.

From loose to tight: `or`, `and`, `not`, comparisons, sums, products, a minus in front, powers.
A product needs no sign, as in `2 sin(x)`. Where people read a product without a sign in two
ways, as in `1/2x` and `e^2x`, it is refused and both are offered.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable

from layerlab.core.errors import one_line, quoted
from layerlab.core.translation import _, ngettext
from layerlab.nets.algebra.tokens import Token, refusal, tokens_of
from layerlab.nets.algebra.tree import COMPARISONS, CONSTANTS, FUNCTIONS, VARIABLES, Node

MAX_DEPTH = 30  # brackets, functions, signs and exponents within one another
_BEGINS = ("number", "name", "(", "√")  # what a factor without a sign may begin with
_FACTORS = sorted((*VARIABLES, "pi"), key=len, reverse=True)
_ALIASES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "sgn": "sign"}


class Parser:
    """Reads one formula, from its first token to its last."""

    def __init__(self, text: str) -> None:
        """Split a text into tokens; raises LabError with the place of what is none."""
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._depth = 0
        self._open_bars = 0  # in the brackets that are open: |x| ends where it may begin

    @property
    def next(self) -> Token:
        """The token that is not read yet."""
        return self._tokens[self._at]

    def peek(self, count: int) -> list[Token]:
        """Return up to so many tokens that are not read yet."""
        return self._tokens[self._at : self._at + count]

    def skip(self, count: int = 1) -> None:
        """Take tokens as read."""
        self._at += count

    def whole(self) -> Node:
        """Return what the rest of the tokens is.

        Raises:
            LabError: one sentence with the place of what does not fit.
        """
        node = self._either()
        if self.next.kind != "end":
            raise refusal(self.next.start, self._surplus(self.next))
        return node

    # ---- truths

    def _either(self) -> Node:
        node = self._both()
        while self.next.kind == "or":
            node = self._joined("or", node, self._both)
        return node

    def _both(self) -> Node:
        node = self._negated()
        while self.next.kind == "and":
            node = self._joined("and", node, self._negated)
        return node

    def _joined(self, op: str, left: Node, read: Callable[[], Node]) -> Node:
        self.skip()
        right = read()
        return Node(op, (self._truth(left), self._truth(right)), left.start, right.end)

    def _negated(self) -> Node:
        if self.next.kind != "not":
            return self._comparison()
        start = self.next.start
        self.skip()
        self._deeper(start)
        node = self._truth(self._negated())
        self._depth -= 1
        return Node("not", (node,), start, node.end)

    def _comparison(self) -> Node:
        left = self._sum()
        found: Node | None = None
        while self.next.kind in COMPARISONS:
            sign = self.next.kind
            self.skip()
            right = self._sum()
            pair = (self._number(left), self._number(right))
            link = Node(sign, pair, left.start, right.end)
            found = link if found is None else Node("and", (found, link), found.start, link.end)
            left = right
        return left if found is None else found

    # ---- numbers

    def _sum(self) -> Node:
        node = self._product()
        while self.next.kind in ("+", "-"):
            node = self._binary(node, self._product)
        return node

    def _binary(self, left: Node, read: Callable[[], Node]) -> Node:
        sign = self.next.kind
        self.skip()
        right = read()
        return Node(sign, (self._number(left), self._number(right)), left.start, right.end)

    def _product(self) -> Node:
        node = self._signed()
        last = ""
        while True:
            if self.next.kind in ("*", "/"):
                last = self.next.kind
                node = self._binary(node, self._signed)
            elif self._factor_follows():
                self._check_factor(node, last)
                right = self._power()
                pair = (self._number(node), self._number(right))
                node, last = Node("*", pair, node.start, right.end), ""
            else:
                return node

    def _factor_follows(self) -> bool:
        kind = self.next.kind
        return kind in _BEGINS or (kind == "|" and not self._open_bars)

    def _check_factor(self, left: Node, last: str) -> None:
        """Refuse a product without a sign that can be read in two ways."""
        token = self.next
        if token.kind == "number":
            raise refusal(token.start, _("a sign is missing before {n}", n=token.text))
        if last == "/":
            raise refusal(
                token.start,
                _("what is divided by is not clear here: write (1/2)*x or 1/(2x), say"),
            )
        before = self._tokens[self._at - 1]
        touches = before.end == token.start
        opener = self._opens_bare(before) if touches else ""
        if opener == "^":
            raise refusal(
                token.start,
                _("where the exponent ends is not clear here: write e^(2x) or e^2*x, say"),
            )
        if opener == "√":
            raise refusal(
                token.start,
                _("where the root ends is not clear here: write √(2x) or √2*x, say"),
            )

    def _opens_bare(self, last: Token) -> str:
        """Return ^ or √ where a number or name stands behind it without brackets, else ""."""
        k = self._at - 2
        while k >= 0 and self._tokens[k].kind in ("-", "+"):
            k -= 1
        opener = self._tokens[k].kind if k >= 0 and last.kind in ("number", "name") else ""
        if opener == "√" and k < self._at - 2:
            return ""
        return opener if opener in ("^", "√") else ""

    def _signed(self) -> Node:
        if self.next.kind not in ("-", "+"):
            return self._power()
        token = self.next
        self.skip()
        self._deeper(token.start)
        node = self._number(self._signed())
        self._depth -= 1
        if token.kind == "+":
            return node
        return Node("negate", (node,), token.start, node.end)

    def _power(self) -> Node:
        base = self._raised(self._primary())
        if self.next.kind != "^":
            return base
        start = self.next.start
        self.skip()
        self._deeper(start)
        exponent = self._exponent()
        self._depth -= 1
        pair = (self._number(base), self._number(exponent))
        return Node("^", pair, base.start, exponent.end)

    def _exponent(self) -> Node:
        if self.next.kind not in ("-", "+"):
            return self._power()
        token = self.next
        self.skip()
        self._deeper(token.start)
        node = self._number(self._exponent())
        self._depth -= 1
        return node if token.kind == "+" else Node("negate", (node,), token.start, node.end)

    def _raised(self, base: Node) -> Node:
        token = self.next
        if token.kind != "raised":
            return base
        self.skip()
        exponent = Node("number", (), token.start, token.end, token.value)
        return Node("^", (self._number(base), exponent), base.start, token.end)

    def _primary(self) -> Node:
        token = self.next
        if token.kind == "number":
            self.skip()
            return Node("number", (), token.start, token.end, token.value)
        if token.kind == "name":
            return self._name(token)
        if token.kind == "(":
            return self._bracket(token)
        if token.kind == "|":
            return self._bars(token)
        if token.kind == "√":
            return self._root(token)
        raise refusal(token.start, self._missing(token))

    def _bracket(self, token: Token) -> Node:
        inner, end = self._within(token)
        if len(inner) > 1:
            raise refusal(inner[0].end, self._comma(inner[0].end))
        return Node(
            inner[0].op, inner[0].args, token.start, end, inner[0].number, inner[0].name
        )

    def _within(self, token: Token) -> tuple[list[Node], int]:
        """Return what stands between brackets, separated by commas, and where they end."""
        self.skip()
        self._deeper(token.start)
        bars, self._open_bars = self._open_bars, 0
        found = [self._either()]
        while self.next.kind == ",":
            self.skip()
            found.append(self._either())
        if self.next.kind != ")":
            problem = self._surplus(self.next)
            if self.next.kind == "end":
                problem = _(
                    "the bracket of character {start} is not closed", start=token.start + 1
                )
            raise refusal(self.next.start, problem)
        end = self.next.end
        self.skip()
        self._open_bars = bars
        self._depth -= 1
        return found, end

    def _bars(self, token: Token) -> Node:
        self.skip()
        self._deeper(token.start)
        self._open_bars += 1
        inner = self._number(self._sum())
        if self.next.kind != "|":
            problem = self._surplus(self.next)
            if self.next.kind == "end":
                problem = _("the bar of character {start} is not closed", start=token.start + 1)
            raise refusal(self.next.start, problem)
        end = self.next.end
        self.skip()
        self._open_bars -= 1
        self._depth -= 1
        return Node("abs", (inner,), token.start, end)

    def _root(self, token: Token) -> Node:
        self.skip()
        self._deeper(token.start)
        inner = self._number(self._primary())
        self._depth -= 1
        if self.next.kind in ("^", "raised"):
            raise refusal(
                self.next.start, _("what the root is of is not clear here: write √(x^2), say")
            )
        return Node("sqrt", (inner,), token.start, inner.end)

    # ---- names

    def _name(self, token: Token) -> Node:
        name = _ALIASES.get(token.text, token.text)
        if name in FUNCTIONS:
            return self._call(token, name)
        if name not in CONSTANTS and name not in VARIABLES:
            return self._split(token)
        self.skip()
        if name in CONSTANTS:
            return Node("number", (), token.start, token.end, CONSTANTS[name])
        return Node("variable", (), token.start, token.end, name=name)

    def _split(self, token: Token) -> Node:
        """Read variables that are written as one word, such as xy, one by one."""
        names = _factors(token.text)
        if names is None:
            raise refusal(token.start, _unknown(token.text))
        ends = [*itertools.accumulate(map(len, names), initial=token.start)]
        places = zip(ends, (*ends[1:-1], token.end), strict=False)
        parts = [Token("name", name, *place) for name, place in zip(names, places, strict=True)]
        self._tokens[self._at : self._at + 1] = parts
        return self._name(parts[0])

    def _call(self, token: Token, name: str) -> Node:
        self.skip()
        if self.next.kind in ("^", "raised"):
            raise refusal(
                self.next.start, _("write {name}(x)^2 for the square of {name}", name=name)
            )
        if self.next.kind != "(":
            raise refusal(
                self.next.start,
                _("a bracket is missing after {name}: write {name}(x)", name=name),
            )
        args, end = self._within(self.next)
        function = FUNCTIONS[name]
        if not function.least <= len(args) <= function.most:
            raise refusal(token.start, _wrong_count(name, len(args)))
        return Node(name, tuple(map(self._number, args)), token.start, end)

    # ---- what is wrong

    def _deeper(self, place: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise refusal(
                place, _("more than {most} levels within one another", most=MAX_DEPTH)
            )

    def _number(self, node: Node) -> Node:
        if node.is_truth:
            raise refusal(
                node.start,
                _(
                    "{part} is true or false, not a number; step(x) gives 0 or 1",
                    part=one_line(self._text[node.start : node.end]),
                ),
            )
        return node

    def _truth(self, node: Node) -> Node:
        if not node.is_truth:
            raise refusal(
                node.start,
                _(
                    "{part} is a number; and, or and not join comparisons such as x < 0.5",
                    part=one_line(self._text[node.start : node.end]),
                ),
            )
        return node

    def _missing(self, token: Token) -> str:
        if token.kind == "end":
            return _("the formula ends where a number, x or a function is expected")
        if token.kind == ",":
            return self._comma(token.start)
        return _(
            "a number, x, a function or ( is expected here, not {sign}",
            sign=quoted(self._text[token.start : token.end]),
        )

    def _surplus(self, token: Token) -> str:
        if token.kind == ",":
            return self._comma(token.start)
        if token.kind == ")":
            return _("this bracket was not opened")
        if token.kind in ("=", "=="):
            return _("= stands after y, z or f(x) only; a region has <, <=, > or >=")
        if token.kind == "!=":
            return _("a region has <, <=, > or >=, not {sign}", sign=token.text)
        if token.kind == "not":
            return _("and or or is missing before not")
        return _(
            "an operator is expected here, not {sign}",
            sign=quoted(self._text[token.start : token.end]),
        )

    def _comma(self, place: int) -> str:
        digits = (
            re.search(r"[0-9]*$", self._text[:place]),
            re.match(r"\s*,([0-9]+)", self._text[place:]),
        )
        if digits[0] and digits[0][0] and digits[1]:
            number = f"{digits[0][0]}.{digits[1][1]}"
            return _("decimals have a point: write {number}", number=number)
        return _("a comma separates the arguments of min, max and mod alone")


def _factors(word: str) -> list[str] | None:
    """Return the variables that a word is made of, a function at its end, or None."""
    found: list[str] = []
    while word:
        if found and word in FUNCTIONS:
            return [*found, word]
        name = next((name for name in _FACTORS if word.startswith(name)), None)
        if name is None:
            return None
        found.append(name)
        word = word[len(name) :]
    return found


def _unknown(word: str) -> str:
    """Say that a name is not known, and what was probably meant."""
    for name in sorted(FUNCTIONS, key=len, reverse=True):
        if word.startswith(name) and _factors(word.removeprefix(name)):
            argument = word.removeprefix(name)
            return _("a bracket is missing: write {name}({x})", name=name, x=argument)
    known = [*FUNCTIONS, *CONSTANTS, *VARIABLES]
    near = difflib.get_close_matches(word[:40], known, 1)
    if near:
        return _("{name} is not known; did you mean {near}?", name=quoted(word), near=near[0])
    return _(
        "{name} is not known; there are x and y, or x1 and x2, pi, e, and functions "
        "such as sin, exp, sqrt and max",
        name=quoted(word),
    )


def _wrong_count(name: str, count: int) -> str:
    function = FUNCTIONS[name]
    if function.most == 1:
        return _(
            "{name} takes one argument, not {count}; decimals have a point, as in 0.3",
            name=name,
            count=count,
        )
    if function.least == function.most:
        return ngettext(
            "{name} takes two arguments, not {count}",
            "{name} takes two arguments, not {count}",
            count,
            name=name,
        )
    return _(
        "{name} takes {least} to {most} arguments, not {count}",
        name=name,
        least=function.least,
        most=function.most,
        count=count,
    )
