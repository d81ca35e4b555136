"""The tables with prices of AWS's price list: documents of the shape that AWS documents, through botocore's own client.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

import json
from importlib import resources

import boto3
import pytest
from botocore.stub import Stubber

from dockyard.capacity.cost import prices
from dockyard.capacity.instances import table
from dockyard.capacity.price_list import EC2, ECS, PRICES, TYPES, filters, refreshed, text
from dockyard.doors.aws import Aws
from dockyard.doors.price_list import REGION, products
from dockyard.errors import DockyardError


def product(attributes, *usd, terms="OnDemand", published="2026-11-20T18:05:22Z"):
    dimensions = {f"SKU.TERM.{n}": {"unit": "Hrs", "pricePerUnit": {"USD": price}} for n, price in enumerate(usd)}
    return {
        "product": {"productFamily": "Compute Instance", "attributes": attributes, "sku": "SKU"},
        "serviceCode": EC2,
        "terms": {terms: {"SKU.TERM": {"priceDimensions": dimensions, "sku": "SKU"}}},
        "version": "20261120180522",
        "publicationDate": published,
    }


FARGATE = {
    "EUC1-Fargate-vCPU-Hours:perCPU": "0.0465600000", "EUC1-Fargate-GB-Hours": "0.0051100000",
    "EUC1-Fargate-ARM-vCPU-Hours:perCPU": "0.0372500000", "EUC1-Fargate-ARM-GB-Hours": "0.0040900000",
}  # fmt: skip
OTHERS = [
    product({"usagetype": "EUC1-SpotUsage:Fargate-vCPU-Hours:perCPU"}, "0.01"),
    product({"usagetype": "EUC1-Fargate-Windows-vCPU-Hours:perCPU"}, "0.09"),
    product({"usagetype": "EUC1-Fargate-EphemeralStorage-GB-Hours"}, "0.0001"),
]
RATES = [*(product({"usagetype": name}, price) for name, price in FARGATE.items()), *OTHERS]
SERVERS = [
    product({"instanceType": "m5.large", "vcpu": "2", "memory": "8 GiB"}, "0.0000000000", "0.1150000000"),
    product({"instanceType": "g4dn.xlarge"}, "0.6580000000", published="2026-11-21T00:00:00Z"),
    product({"instanceType": "m5.large"}, "0.0700000000", terms="Reserved"),
    product({"instanceType": "x99.large"}, "9.0000000000"),
    product({}, "1.0000000000"),
]


def test_prices_and_their_dates_are_those_of_the_list_and_all_else_stays():
    found = refreshed("eu-central-1", SERVERS, RATES)
    types, costs = found.tables[TYPES], found.tables[PRICES]
    before = table(TYPES)
    assert types["types"] == {
        "g4dn.xlarge": [*before["types"]["g4dn.xlarge"][:4], 0.658, 1], "m5.large": [*before["types"]["m5.large"][:4], 0.115],
    }  # fmt: skip
    assert (types["region"], types["sources"]["prices"]["date"]) == ("eu-central-1", "2026-11-21")
    assert types["sources"]["interfaces"] == before["sources"]["interfaces"]
    assert costs["fargate"]["x86_64"] == {"vcpu_hour": 0.04656, "gib_hour": 0.00511}
    assert costs["fargate"]["arm64"] == {"vcpu_hour": 0.03725, "gib_hour": 0.00409}
    assert (costs["region"], costs["fargate"]["source"]["date"]) == ("eu-central-1", "2026-11-20")
    assert costs["spot"] == prices()["spot"]
    assert "t3.small" in found.unpriced
    assert "m5.large" not in found.unpriced


@pytest.mark.parametrize(
    ("servers", "rates", "lacking"),
    [
        ([], RATES, "servers"),
        (SERVERS, RATES[1:], "Fargate-vCPU-Hours:perCPU"),
        (SERVERS, [], "Fargate-vCPU-Hours:perCPU, Fargate-GB-Hours, Fargate-ARM-vCPU-Hours:perCPU, Fargate-ARM-GB-Hours"),
    ],
)
def test_a_list_that_lacks_prices_changes_nothing(servers, rates, lacking):
    with pytest.raises(DockyardError) as caught:
        refreshed("eu-central-1", servers, rates)
    assert str(caught.value) == f"AWS's price list has no price of {lacking} in eu-central-1"


@pytest.mark.parametrize("name", [TYPES, PRICES])
def test_a_table_is_written_as_it_is(name):
    assert text(table(name)) == (resources.files("dockyard.capacity") / name).read_bytes()


def test_the_list_is_asked_for_all_pages_of_what_has_these_attributes():
    session = boto3.Session("AKIAEXAMPLE", "secret", region_name=REGION)
    aws = Aws(session=session)
    asked = filters(EC2, "eu-central-1")
    conditions = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in asked.items()]
    parameters = {"ServiceCode": EC2, "FormatVersion": "aws_v1", "Filters": conditions}
    with Stubber(aws.pricing) as stub:
        first = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(one) for one in SERVERS[:1]], "NextToken": "more"}
        rest = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(one) for one in SERVERS[1:]]}
        stub.add_response("get_products", first, parameters)
        stub.add_response("get_products", rest, {**parameters, "NextToken": "more"})
        assert list(products(aws, EC2, asked)) == SERVERS
        stub.assert_no_pending_responses()
    assert filters(ECS, "eu-central-1") == {"regionCode": "eu-central-1"}
    assert asked["operatingSystem"] == "Linux"
