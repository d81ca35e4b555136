"""A plan as lines for people: what is replaced or goes is red."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.text import Text

from dockyard.cli.painted import Row, grid
from dockyard.cli.plan_document import Cost, Document, ResourceEntry, SecurityEntry, StackEntry

REASONS = 8
"""Lines on why, a resource."""
_SIGNS = {
    "create": ("+", "green"), "update": ("~", "yellow"), "replace": ("-/+", "red"), "delete": ("-", "red"),
    "retain": ("-", "yellow"),
}  # fmt: skip
_BECOMES = {"create": "created", "update": "changed", "replace": "replaced", "delete": "deleted", "retain": "kept"}
_COUNTED = ("replaced", "to be replaced perhaps", "deleted", "created", "changed", "new revision", "kept")


def lines(plan: Document, columns: int | None) -> Iterator[Text]:
    """All but the images, and the capacity.

    :param columns: of the terminal; None for any number.
    """
    yield from grid([_row(one) for one in plan.stacks], columns)
    for one in plan.stacks:
        if one.because or (one.resources and one.action in ("update", "delete")):
            yield from _stack(one)
    if plan.security:
        yield from (Text(), Text("rights that come and go"))
        yield from map(_right, plan.security)
    yield from (Text(), Text(cost_line(plan.cost)))
    if plan.cost.unpriced:
        yield Text(f"paid for by time as well, and not priced here: {', '.join(plan.cost.unpriced)}", "dim")


def _row(one: StackEntry) -> Row:
    action = Text(one.action, "red" if one.action == "delete" else "")
    return {"stack": one.stack, "to do": action, "resources": counts(one.resources)}


def _stack(one: StackEntry) -> Iterator[Text]:
    yield from (Text(), Text(one.stack))
    for line in one.because:
        yield Text(f"  ! {line}", "red" if "--allow-" in line else "yellow")
    for resource in one.resources if one.action != "create" else ():
        sign, style = ("~", "yellow") if resource.revision else _SIGNS[resource.action]
        style = "red" if resource.replacement == "perhaps" else style
        yield Text.assemble(f"  {sign} ", resource.name, (f"  {resource.type}", "dim"), f"  {becomes(resource)}", style=style)
        yield from (Text(f"      {line}") for line in shortened(resource.because, REASONS))


def becomes(resource: ResourceEntry) -> str:
    """What happens to a resource, in a word or a few."""
    if resource.revision and resource.action == "replace":
        return "new revision"
    if resource.replacement == "perhaps":
        return "to be replaced perhaps"
    return _BECOMES[resource.action]


def counts(resources: Iterable[ResourceEntry]) -> str:
    """`1 replaced, 2 changed`, the worst first."""
    found = Counter(map(becomes, resources))
    return ", ".join(f"{found[word]} {word}" for word in _COUNTED if found[word])


def shortened(texts: Iterable[str], most: int) -> list[str]:
    """The first of them, and how many more there are."""
    found = list(texts)
    return found if len(found) <= most else [*found[:most], f"and {len(found) - most} more (--json has all)"]


def _right(one: SecurityEntry) -> Text:
    sign, style = ("+", "red" if one.wide else "green") if one.change == "added" else ("-", "yellow")
    return Text(f"  {sign} {one.stack}: {one.of}: {one.kind}: {one.text}", style)


def cost_line(cost: Cost) -> str:
    """`a month of tasks on Fargate and servers: 9.01 -> 18.02 USD (+9.01)`."""
    name = f"a month of tasks on Fargate and of servers, in {cost.currency} by list prices of {cost.prices_of}"
    if cost.before == cost.after:
        return f"{name}: {amount(cost.after)}, as before"
    low, high = (after - before for before, after in zip(cost.before, cost.after, strict=True))
    change = f"{low:+.2f}" if round(low, 2) == round(high, 2) else f"{low:+.2f} to {high:+.2f}"
    return f"{name}: {amount(cost.before)} -> {amount(cost.after)} ({change})"


def amount(month: tuple[float, float]) -> str:
    """`9.01`, or `9.01-18.02`."""
    low, high = (f"{one:.2f}" for one in month)
    return low if low == high else f"{low}-{high}"
