"""CloudWatch's metric maths: expressions over metrics, evaluated point by point.

Known are + - * / ^, comparisons, AND, OR, lists in brackets, METRICS(), IF, FILL (a number or REPEAT), SUM, AVG, MIN, MAX, ABS,
CEIL and FLOOR. What is not known is refused. A point that one operand lacks, or that divides by zero, is missing.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any

Series = dict[int, float]
"""Value by the moment (or number) of its period."""
Value = float | Series | list[Series]

_TOKEN = re.compile(r"""\s*(?:(\d+\.?\d*|\.\d+)|([A-Za-z_]\w*)|("[^"]*"|'[^']*')|(>=|<=|==|!=|&&|\|\||[-+*/^()\[\],<>]))""")
_LEVELS: tuple[dict[str, Callable[[float, float], float]], ...] = (
    {"OR": lambda a, b: float(bool(a or b)), "||": lambda a, b: float(bool(a or b))},
    {"AND": lambda a, b: float(bool(a and b)), "&&": lambda a, b: float(bool(a and b))},
    {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
    {"^": operator.pow},
)
"""Operators, those that bind least first."""
_AGGREGATES: dict[str, Callable[[Any], float]] = {"SUM": sum, "AVG": fmean, "MIN": min, "MAX": max}
_POINTWISE: dict[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}


def evaluated(wanted: str, expressions: Mapping[str, str], metrics: Mapping[str, Series], periods: Sequence[int]) -> Series:
    """The series of the id `wanted`, over all `periods` (oldest first). Raises ValueError for what is not understood."""
    value = _Evaluation(expressions, metrics, periods).of(wanted)
    if isinstance(value, list):
        raise ValueError(f"Error in expression '{wanted}': it gives several time series, one is wanted")
    return value if isinstance(value, dict) else dict.fromkeys(periods, value)


class _Evaluation:
    """Metrics and expressions that refer to each other."""

    def __init__(self, expressions: Mapping[str, str], metrics: Mapping[str, Series], periods: Sequence[int]) -> None:
        self.expressions, self.metrics, self.periods = expressions, metrics, periods
        self._under_way: set[str] = set()

    def of(self, id: str) -> Value:
        """The value of an id. Raises ValueError where there is none of that id, or it refers to itself."""
        if id in self.metrics:
            return self.metrics[id]
        if id not in self.expressions or id in self._under_way:
            raise ValueError(f"Unknown or circular id '{id}'")
        self._under_way.add(id)
        try:
            return _Reader(self, self.expressions[id]).whole()
        except ValueError as error:
            raise ValueError(f"Error in expression '{id}': {error}") from error
        finally:
            self._under_way.discard(id)


class _Reader:
    """Reads an expression from left to right, and has its value at the end."""

    def __init__(self, evaluation: _Evaluation, text: str) -> None:
        self._all, self._tokens = evaluation, _tokens(text)

    def whole(self) -> Value:
        """The value of all of it."""
        value = self._binary(0)
        if self._tokens:
            raise ValueError(f"unexpected '{self._tokens[0]}'")
        return value

    def _take(self, *wanted: str) -> str | None:
        if self._tokens and (self._tokens[0].upper() in wanted):
            return self._tokens.pop(0).upper()
        return None

    def _must(self, token: str) -> None:
        if not self._take(token):
            raise ValueError(f"'{token}' expected")

    def _binary(self, level: int) -> Value:
        if level == len(_LEVELS):
            return self._unary()
        value = self._binary(level + 1)
        while sign := self._take(*_LEVELS[level]):
            value = _pointwise(_LEVELS[level][sign], value, self._binary(level + 1))
        return value

    def _unary(self) -> Value:
        if self._take("-"):
            return _pointwise(operator.neg, self._unary())
        return self._atom()

    def _atom(self) -> Value:
        if not self._tokens:
            raise ValueError("it ends too early")
        word = self._tokens.pop(0)
        if word == "(":
            value = self._binary(0)
            self._must(")")
            return value
        if word == "[":
            return self._list("]")
        if word[0].isdigit() or word[0] == ".":
            return float(word)
        if not (word[0].isalpha() or word[0] == "_"):
            raise ValueError(f"unexpected '{word}'")
        return self._call(word.upper()) if self._take("(") else self._all.of(word)

    def _list(self, end: str) -> list[Series]:
        found: list[Series] = []
        while not self._take(end):
            value = self._binary(0)
            found += value if isinstance(value, list) else [_series(value)]
            self._take(",")
        return found

    def _call(self, name: str) -> Value:
        if name == "METRICS":
            part = self._tokens.pop(0).strip("\"'") if self._tokens and self._tokens[0][0] in "\"'" else ""
            self._must(")")
            return [series for id, series in self._all.metrics.items() if part in id]
        arguments = [self._binary(0)]
        while self._take(","):
            arguments.append(math.nan if name == "FILL" and self._take("REPEAT") else self._binary(0))
        self._must(")")
        if name in _AGGREGATES and len(arguments) == 1:
            return _aggregate(_AGGREGATES[name], arguments[0])
        if name in _POINTWISE and len(arguments) == 1:
            return _pointwise(_POINTWISE[name], arguments[0])
        if name == "IF" and len(arguments) in (2, 3):
            return _chosen(*arguments)
        if name == "FILL" and len(arguments) == 2:
            return _filled(arguments[0], arguments[1], self._all.periods)
        raise ValueError(f"the local AWS does not know {name} with {len(arguments)} arguments")


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if not token:
            raise ValueError(f"unexpected '{text[position]}'")
        found.append(next(group for group in token.groups() if group))
        position = token.end()
    return found


def _pointwise(work: Callable[..., float], *values: Value) -> Value:
    """Do it at each moment at which all time series among the values have a point; for each series of a list by itself."""
    if any(isinstance(value, list) for value in values):
        count = max(len(value) for value in values if isinstance(value, list))
        if any(isinstance(value, list) and len(value) != count for value in values):
            raise ValueError("lists of the same length expected")
        rows = [[value[i] if isinstance(value, list) else value for value in values] for i in range(count)]
        return [_series(_pointwise(work, *row)) for row in rows]
    series = [value for value in values if isinstance(value, dict)]
    if not series:
        return float(work(*values))
    found: Series = {}
    for moment in series[0]:
        if all(moment in one for one in series):
            try:
                result = float(work(*(value[moment] if isinstance(value, dict) else value for value in values)))
            except (ArithmeticError, TypeError):
                continue
            found[moment] = result
    return found


def _series(value: Value) -> Series:
    if not isinstance(value, dict):
        raise ValueError("a time series expected")
    return value


def _aggregate(work: Callable[[Any], float], value: Value) -> Value:
    """Of a list, at each moment over those that have a point; of one time series, over all its points."""
    if isinstance(value, list):
        moments = sorted({moment for one in value for moment in one})
        return {moment: float(work([one[moment] for one in value if moment in one])) for moment in moments}
    points = list(_series(value).values())
    return float(work(points)) if points else {}


def _chosen(condition: Value, yes: Value, no: Value | None = None) -> Value:
    """`IF`: a branch need have a point only where it is chosen; without a third argument, there is none where it is not."""
    if isinstance(condition, float):
        return yes if condition else {} if no is None else no
    found: Series = {}
    for moment, holds in _series(condition).items():
        branch = yes if holds else no
        if isinstance(branch, float):
            found[moment] = branch
        elif branch is not None and moment in (points := _series(branch)):
            found[moment] = points[moment]
    return found


def _filled(value: Value, filler: Value, periods: Sequence[int]) -> Value:
    if isinstance(value, list):
        return [_series(_filled(one, filler, periods)) for one in value]
    if isinstance(filler, list):
        raise ValueError("FILL with one filler expected")
    points, found = _series(value), Series()
    last: float | None = None
    for moment in periods:
        other = filler.get(moment) if isinstance(filler, dict) else filler
        last = points.get(moment, last if other is not None and math.isnan(other) else other)
        if last is not None:
            found[moment] = last
    return found
