"""Certificates and hosted zones."""

from datetime import UTC, datetime, timedelta

import pytest

from dockyard.deploy.verify.certificates import certificate_check, zone_check

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ISSUED = {
    "Status": "ISSUED",
    "DomainName": "example.com",
    "SubjectAlternativeNames": ["*.example.com"],
    "NotAfter": NOW + timedelta(days=90),
}
ARN = "arn:aws:acm:eu-west-1:123456789012:certificate/1"


@pytest.mark.parametrize(
    ("told", "verdict", "found"),
    [
        (ISSUED, "OK", "its certificate is issued, until 2027-02-24"),
        (None, "NG", f"no certificate {ARN}"),
        ({**ISSUED, "Status": "PENDING_VALIDATION"}, "NG", "its certificate is PENDING_VALIDATION"),
        ({**ISSUED, "SubjectAlternativeNames": []}, "NG", "its certificate is not for shop.example.com, but for example.com"),
        ({**ISSUED, "NotAfter": NOW + timedelta(days=3)}, "NG", "its certificate ends on 2026-11-29, and ACM does not renew it"),
        ({**ISSUED, "NotAfter": NOW + timedelta(days=3), "RenewalEligibility": "ELIGIBLE"}, "OK", "its certificate is issued, until 2026-11-29"),
    ],
)  # fmt: skip
def test_a_certificate_is_issued_for_all_hosts_and_goes_on(told, verdict, found):
    check = certificate_check("domains", "example.com", ARN, told, ["example.com", "shop.example.com"], NOW)
    assert (check.verdict, check.found) == (verdict, found)
    assert (check.hint is None) is (verdict == "OK")


@pytest.mark.parametrize(
    ("zone", "verdict"),
    [
        ({"Name": "example.com."}, "OK"),
        ({"Name": "com."}, "OK"),
        ({"Name": "ample.com."}, "NG"),
        ({"Name": "example.com.", "Config": {"PrivateZone": True}}, "NG"),
        (None, "NG"),
    ],
)
def test_a_zone_is_public_and_has_the_domain(zone, verdict):
    assert zone_check("example.com", "Z1", zone).verdict == verdict
