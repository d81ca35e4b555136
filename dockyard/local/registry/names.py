"""Names of repositories: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html."""

import re

_PATTERN = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
_LENGTHS = range(2, 257)


def fault(name: str) -> str | None:
    """What is wrong with a name, in AWS's words; None where nothing is."""
    if len(name) not in _LENGTHS:
        constraint = f"must have a length between {_LENGTHS[0]} and {_LENGTHS[-1]}"
    elif not re.fullmatch(_PATTERN, name):
        constraint = f"must satisfy regular expression '{_PATTERN}'"
    else:
        return None
    return f"Invalid parameter at 'repositoryName' failed to satisfy constraint: '{constraint}'"
