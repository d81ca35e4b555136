"""What the documents of AWS's price list say, and the tables of this package with it.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dockyard.capacity.cost import prices
from dockyard.capacity.instances import table
from dockyard.errors import DockyardError

Document = Mapping[str, Any]
"""A product with its prices, as GetProducts tells it."""

EC2, ECS = "AmazonEC2", "AmazonECS"
PRICES, TYPES = "prices.json", "instance_types.json"
"""The tables."""
_PRICE = 4
"""Column of the price in a row of TYPES."""
_FARGATE = {
    "Fargate-vCPU-Hours:perCPU": ("x86_64", "vcpu_hour"),
    "Fargate-GB-Hours": ("x86_64", "gib_hour"),
    "Fargate-ARM-vCPU-Hours:perCPU": ("arm64", "vcpu_hour"),
    "Fargate-ARM-GB-Hours": ("arm64", "gib_hour"),
}
"""Usage types without the region's prefix, to where they are in the table."""
_USAGE_TYPE = re.compile(r"(?:[A-Z0-9]+-)?(Fargate-[A-Za-z:-]+)")


def filters(service: str, region: str) -> dict[str, str]:
    """What to ask for: all of Fargate, or Linux on shared servers without software that is paid for."""
    plain = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
    return {"regionCode": region, **(plain if service == EC2 else {})}


@dataclass(frozen=True)
class Refreshed:
    """The tables as they are to be, by file name."""

    tables: Mapping[str, dict[str, Any]]
    unpriced: tuple[str, ...]
    """Instance types that the region does not have: they are left out."""


def refreshed(region: str, ec2: Iterable[Document], ecs: Iterable[Document]) -> Refreshed:
    """The tables with these prices, and the dates that AWS published them on. Raises DockyardError where some are missing.

    Sizes, interfaces and GPUs of instance types stay, and so does what is said of Spot, which has no list price.
    """
    hourly, published = _of_servers(ec2)
    rates, since = _of_fargate(ecs)
    if not hourly or len(rates) < len(_FARGATE):
        lacking = "servers" if not hourly else ", ".join(name for name, where in _FARGATE.items() if where not in rates)
        raise DockyardError(f"AWS's price list has no price of {lacking} in {region}", hint="name a region with --region")
    types, costs = table(TYPES), prices()
    rows = {name: [*row[:_PRICE], hourly[name], *row[_PRICE + 1 :]] for name, row in types["types"].items() if name in hourly}
    source = {"date": published, "what": f"AWS price list, {EC2}, On-Demand, Linux, shared tenancy, {region}"}
    types |= {
        "region": region,
        "sources": {**types["sources"], "prices": {**types["sources"]["prices"], **source}},
        "types": rows,
    }
    fargate = {cpu: {part: rates[cpu, part] for part in ("vcpu_hour", "gib_hour")} for cpu in ("x86_64", "arm64")}
    told = {"date": since, "what": f"AWS price list, {ECS}, Fargate, Linux, {region}"}
    costs = {**costs, "region": region, "fargate": {**fargate, "source": {**costs["fargate"]["source"], **told}}}
    return Refreshed({TYPES: types, PRICES: costs}, tuple(name for name in table(TYPES)["types"] if name not in hourly))


def text(content: Mapping[str, Any]) -> bytes:
    """A table as its file has it: a row a line."""
    rows = content.get("types")
    if rows is None:
        return f"{json.dumps(content, indent=2)}\n".encode()
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    return json.dumps({**content, "types": {}}, indent=2).replace('"types": {}', f'"types": {{\n{lines}\n  }}').encode() + b"\n"


def _of_servers(documents: Iterable[Document]) -> tuple[dict[str, float], str]:
    """US dollars an hour by instance type, and the last date of publication."""
    found, dates = {}, [""]
    for one in documents:
        if (name := one["product"]["attributes"].get("instanceType")) and (price := _on_demand(one)):
            found[name] = price
            dates.append(one["publicationDate"])
    return found, max(dates)[:10]


def _of_fargate(documents: Iterable[Document]) -> tuple[dict[tuple[str, str], float], str]:
    found, dates = {}, [""]
    for one in documents:
        usage = _USAGE_TYPE.fullmatch(one["product"]["attributes"].get("usagetype", ""))
        if usage and usage[1] in _FARGATE and (price := _on_demand(one)):
            found[_FARGATE[usage[1]]] = price
            dates.append(one["publicationDate"])
    return found, max(dates)[:10]


def _on_demand(document: Document) -> float | None:
    """US dollars; None where it is sold otherwise, or for nothing, as what is paid for by a reservation."""
    terms = document["terms"].get("OnDemand", {}).values()
    told = [float(one["pricePerUnit"].get("USD", 0)) for term in terms for one in term["priceDimensions"].values()]
    return next((price for price in told if price), None)
