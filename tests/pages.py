"""Tables in pages of docs/ that are made from tests."""


def with_table(page: str, name: str, table: str) -> str:
    """The page with this table in place of what is between the comments `<!-- name: begin -->` and `<!-- name: end -->`."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{table}\n{end}{after}"
