import pytest

from dockyard.local.registry.names import fault


@pytest.mark.parametrize("name", ["app", "a1", "team/app-web", "a--b", "a__b/c.d", "x" * 256])
def test_a_name_is_taken(name):
    assert fault(name) is None


@pytest.mark.parametrize("name", ["", "a", "App", "app!", "-app", "app/", "a//b", "a..b", "a___b", "x" * 257])
def test_a_name_that_is_none_is_told(name):
    assert str(fault(name)).startswith("Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must ")
