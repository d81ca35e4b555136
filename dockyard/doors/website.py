"""Whether an address answers."""

import requests

from dockyard.doors.unanswered import reason

_TIMEOUT = 10.0


def answer_of(address: str) -> int | str:
    """Status of the answer, without following it elsewhere; why there is none where there is none."""
    try:
        with requests.get(address, timeout=_TIMEOUT, allow_redirects=False, stream=True) as answer:
            return answer.status_code
    except requests.RequestException as error:
        return reason(error, address.partition("://")[2].partition("/")[0])
