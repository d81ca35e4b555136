"""docs/service_yaml.md and docs/dockyard_yaml.md are what the models say."""

import re

import pytest

from tests.unit.config.pages import DOCS, pages

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current_and_its_links_lead_somewhere(name):
    text = PAGES[name]
    assert (DOCS / name).read_text() == text, "run: python -m tests.unit.config.pages"
    titles = {title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", text, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= titles


@pytest.mark.parametrize("name", PAGES)
def test_each_key_is_told_what_it_is(name):
    rows = [row.split(" | ") for row in PAGES[name].splitlines() if row.startswith("| `")]
    assert len(rows) > 100
    assert [row for row in rows if len(row) != 4 or not row[1].strip() or not row[3].strip(" |")] == []
