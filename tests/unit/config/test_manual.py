"""What the manual shows can be written so."""

import re
from pathlib import Path

import pytest

from dockyard.config import load_project

DOCS = Path(__file__).parents[3] / "docs"


def examples(page: str) -> list[str]:
    """The whole files of services that a page shows: blocks of YAML that begin with a comment and a kind."""
    return re.findall(r"```yaml\n# service\.yaml\n(kind: .*?)```", (DOCS / page).read_text(), re.DOTALL)


@pytest.mark.parametrize("page", ["from_copilot.md"])
def test_a_service_of_the_manual_is_read_without_a_fault(tmp_path, page):
    found = examples(page)
    assert found
    for number, text in enumerate(found):
        root = tmp_path / f"{number}"
        (root / "services/api").mkdir(parents=True)
        (root / "services/api/service.yaml").write_text(text)
        domain = "domains: {example.com: {hosted_zone: Z0123456789}}"
        (root / "dockyard.yaml").write_text(f"name: shop\nenvironments: {{test: {{}}}}\n{domain}\n")
        assert load_project(root).environment().services["api"].kind == "web"
