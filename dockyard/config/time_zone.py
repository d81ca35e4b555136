"""Names of time zones."""

import zoneinfo
from typing import Annotated

from pydantic import AfterValidator


def _known(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise ValueError(f'should be the name of a time zone such as Europe/Berlin, got "{value}"') from error
    return value


TimeZone = Annotated[str, AfterValidator(_known)]
