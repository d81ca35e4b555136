"""Packages that import each name when it is asked for."""

from importlib import import_module

import pytest


@pytest.mark.parametrize("package", ["dockyard.build", "dockyard.config"])
def test_each_name_of_a_package_is_there(package):
    module = import_module(package)
    assert all(getattr(module, name) is not None for name in module.__all__)
    assert sorted(module.__all__) == sorted(module._MODULES)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        module.nothing  # noqa: B018
