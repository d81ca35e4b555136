"""What an account may have at the most."""

from tests.integration.behaviours.contract import acts
from tests.integration.local_aws import Server


@acts("service_quotas", only_here="an account may have had its quotas raised")
def the_account_tells_its_quotas(aws: Server) -> None:
    """Those that an environment could meet, as AWS begins with; each may be raised."""
    client = aws.client("service-quotas")

    def value() -> float:
        listed = client.list_service_quotas(ServiceCode="fargate")["Quotas"]
        return {one["QuotaName"]: one["Value"] for one in listed}["Fargate On-Demand vCPU resource count"]

    assert value() == 6
    which = {"ServiceCode": "fargate", "QuotaCode": "L-3032A538"}
    assert client.request_service_quota_increase(**which, DesiredValue=64)["RequestedQuota"]["Status"] == "APPROVED"
    assert value() == client.get_service_quota(**which)["Quota"]["Value"] == 64
    defaults = client.list_aws_default_service_quotas(ServiceCode="fargate")["Quotas"]
    assert {one["Value"] for one in defaults} == {6}
    of_balancers = client.list_aws_default_service_quotas(ServiceCode="elasticloadbalancing")["Quotas"]
    assert {one["QuotaCode"]: one["Value"] for one in of_balancers}["L-69A177A2"] == 50
