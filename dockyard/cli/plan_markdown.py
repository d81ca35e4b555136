"""A plan as Markdown, for a comment on a pull request: a compact table, with details to unfold.

The same plan gives the same text. The account is not told, as comments may be public.
"""

from collections.abc import Iterable, Iterator, Sequence

from dockyard.cli.plan_document import Document, ResourceEntry, SecurityEntry, StackEntry
from dockyard.cli.plan_text import amount, becomes, cost_line, counts, shortened

REASONS = 5
"""Lines on why, a resource."""
MOST = 60_000
"""Characters; a comment on GitHub may have 65,536."""
_CUT = "\n\n…\n\nThe rest is left out: `dockyard plan` tells all of it.\n"


def markdown(plan: Document) -> str:
    """The text."""
    text = "\n".join(_lines(plan)).replace(plan.account, "ACCOUNT") + "\n"
    return text if len(text) <= MOST else text[: text.rindex("\n", 0, MOST)] + _closed(text[:MOST]) + _CUT


def _closed(text: str) -> str:
    return "\n</details>" if text.count("<details>") > text.count("</details>") else ""


def _lines(plan: Document) -> Iterator[str]:
    yield f"### Plan: {plan.application} to {plan.environment} ({plan.region})"
    yield ""
    if plan.nothing_to_do:
        yield "Nothing to do."
    else:
        yield from _table(
            ["stack", "to do", "image", "resources"], [_row(plan, one) for one in plan.stacks if one.action != "nothing"]
        )
        yield from _images_alone(plan)
    yield from _lost(plan.stacks)
    for name in plan.orphans:
        going = any(one.stack == name and one.action == "delete" for one in plan.stacks)
        if not going:
            yield from ("", f"`{name}` is still there, and what it was for is gone: `dockyard deploy --prune` deletes it.")
    changed = [one for one in plan.stacks if one.action in ("update", "delete") and one.resources]
    if changed:
        rows = [_resource(stack, one) for stack in changed for one in stack.resources]
        yield from _details(
            f"Resources: {counts(one for stack in changed for one in stack.resources)}", ["stack", "resource", "", "why"], rows
        )
    if plan.security:
        yield from _security(plan.security)
    yield from _cost(plan)


def _row(plan: Document, one: StackEntry) -> list[str]:
    service = next((entry.service for entry in plan.services if entry.stack == one.stack), None)
    images = {image.action for image in plan.images if service and image.service.partition(".")[0] == service} - {"nothing"}
    return [_code(one.stack), _bad(one.action, one.action == "delete"), ", ".join(sorted(images)), counts(one.resources)]


def _images_alone(plan: Document) -> Iterator[str]:
    """Images that come to ECR though no stack of theirs changes."""
    told = {
        entry.service for entry in plan.services for one in plan.stacks if one.stack == entry.stack and one.action != "nothing"
    }
    for image in plan.images:
        if image.action != "nothing" and image.service.partition(".")[0] not in told:
            yield from ("", f"Image of `{image.service}`: {image.action}.")


def _lost(stacks: Iterable[StackEntry]) -> Iterator[str]:
    lost = [
        f"`{stack.stack}`: `{one.name}` ({one.type}) {becomes(one)}"
        for stack in stacks
        for one in stack.resources
        if (one.action in ("replace", "delete") or one.replacement == "perhaps") and not one.revision
    ]
    told = [f"`{stack.stack}`: {_safe(line)}" for stack in stacks for line in stack.because]
    if lost or told:
        yield from ("", "> [!WARNING]")
        yield from (f"> - {line}" for line in [*told, *lost])


def _resource(stack: StackEntry, one: ResourceEntry) -> list[str]:
    word = becomes(one)
    why = "<br>".join(_safe(line) for line in shortened(one.because, REASONS))
    return [
        _code(stack.stack),
        f"{_code(one.name)}<br>{one.type}",
        _bad(word, word in ("replaced", "deleted", "to be replaced perhaps")),
        why,
    ]


def _security(entries: Sequence[SecurityEntry]) -> Iterator[str]:
    come = sum(one.change == "added" for one in entries)
    wide = sum(one.wide and one.change == "added" for one in entries)
    summary = f"Rights: {come} come, {len(entries) - come} go" + (f", {wide} wide" if wide else "")
    rows = [
        ["+" if one.change == "added" else "-", _code(one.stack), _code(one.of), one.kind, _bad(_safe(one.text), one.wide)]
        for one in entries
    ]
    yield from _details(summary, ["", "stack", "of", "kind", "right"], rows)


def _cost(plan: Document) -> Iterator[str]:
    cost = plan.cost
    change = amount(cost.after) if cost.before == cost.after else f"{amount(cost.before)} → {amount(cost.after)}"
    rows = [[_code(one.stack), amount(one.before), amount(one.after)] for one in cost.stacks]
    more = [cost_line(cost)]
    if cost.unpriced:
        more.append(f"Paid for by time as well, and not priced here: {', '.join(cost.unpriced)}.")
    yield from _details(f"Cost: {change} {cost.currency} a month", ["stack", "before", "after"], rows, more)


def _details(summary: str, head: Sequence[str], rows: Sequence[Sequence[str]], more: Sequence[str] = ()) -> Iterator[str]:
    yield from ("", "<details>", f"<summary>{summary}</summary>", "")
    yield from _table(head, rows)
    for line in more:
        yield from ("", line)
    yield from ("", "</details>")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield f"| {' | '.join(head)} |"
        yield f"|{'---|' * len(head)}"
        yield from (f"| {' | '.join(row)} |" for row in rows)


def _code(text: str) -> str:
    return f"`{text}`"


def _bad(text: str, is_bad: bool) -> str:
    return f":red_circle: **{text}**" if is_bad else text


def _safe(text: str) -> str:
    """What stays text in a cell of a table: it is no HTML, no Markdown and no mention of anybody."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "&#124;").replace("@", "&#64;")
    return "".join(f"\\{one}" if one in "\\`*_[]~" else one for one in escaped)
