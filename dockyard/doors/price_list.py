"""AWS's price list, which is asked in few regions for all."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dockyard.doors.aws import Aws

REGION = "us-east-1"
"""Where it answers (https://docs.aws.amazon.com/general/latest/gr/billing.html)."""


def products(aws: Aws, service: str, wanted: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Products of a service with these attributes, each with its prices.

    :param aws: in `REGION`, with the right pricing:GetProducts.
    """
    conditions = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
    pages = aws.pricing.get_paginator("get_products").paginate(ServiceCode=service, FormatVersion="aws_v1", Filters=conditions)
    for page in pages:
        yield from map(json.loads, page["PriceList"])
