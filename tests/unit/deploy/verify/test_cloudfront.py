"""What dockyard.yaml names for CloudFront."""

from types import SimpleNamespace

import pytest

from dockyard.config import load_project
from dockyard.config.cloudfront import ORIGIN_FACING
from dockyard.deploy.verify.cloudfront import cloudfront_checks
from dockyard.deploy.verify.scene import Scene

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d"
PROJECT = f"""name: shop
environments: {{dev: {{}}}}
domains: {{example.com: {{hosted_zone: Z0123456789}}, example.org: {{hosted_zone: Z0123456789}}}}
load_balancer: {{cloudfront: {{certificate: '{ARN}', prefix_list: pl-4fa04526}}}}
"""
ISSUED = {"Status": "ISSUED", "DomainName": "example.com", "SubjectAlternativeNames": ["*.example.com", "example.org"]}
CLOUDFRONTS = {"PrefixListId": "pl-4fa04526", "PrefixListName": ORIGIN_FACING}


class FakeAws:
    """An account in eu-west-1 with a certificate in us-east-1 and a prefix list here; None of both where they are not there."""

    region = "eu-west-1"
    exceptions = SimpleNamespace(ResourceNotFoundException=KeyError)

    def __init__(self, certificate, prefix_list):
        self.ec2, self.acm, self.certificate, self.prefix_list = self, None, certificate, prefix_list

    def in_region(self, region):
        assert region == "us-east-1"
        self.acm = self
        return self

    def describe_certificate(self, CertificateArn):  # noqa: N803
        if self.certificate is None:
            raise KeyError(CertificateArn)
        return {"Certificate": self.certificate}

    def describe_managed_prefix_lists(self, Filters):  # noqa: N803
        assert Filters == [{"Name": "prefix-list-id", "Values": ["pl-4fa04526"]}]
        return {"PrefixLists": [self.prefix_list] if self.prefix_list else []}


@pytest.fixture
def look(tmp_path):
    def made(certificate=ISSUED, prefix_list=CLOUDFRONTS, project=PROJECT):
        hosts = {"shop": "[shop.example.com, example.com]", "org": "example.org"}
        files = {
            f"services/{name}/service.yaml": f"kind: web\nimage: {{from: nginx}}\nhttp: {{host: {host}}}"
            for name, host in hosts.items()
        }
        for name, text in {"dockyard.yaml": project, **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        environment = load_project(tmp_path).environment()
        site = SimpleNamespace(environment=environment, reading=FakeAws(certificate, prefix_list))
        return {one.name: one for one in cloudfront_checks(Scene(site, environment.services))}

    return made


def test_both_are_there(look):
    assert {name: (one.verdict, one.found) for name, one in look().items()} == {
        "certificate": ("OK", "its certificate is issued"),
        "prefix list": ("OK", "pl-4fa04526 has CloudFront's addresses"),
    }


def test_without_cloudfront_there_is_nothing_to_tell(look):
    assert look(project=PROJECT.partition("load_balancer")[0]) == {}


@pytest.mark.parametrize(
    ("certificate", "found"),
    [
        (None, f"no certificate {ARN}"),
        ({**ISSUED, "Status": "PENDING_VALIDATION"}, "its certificate is PENDING_VALIDATION"),
        ({**ISSUED, "SubjectAlternativeNames": ["*.example.com"]},
         "its certificate is not for example.org, but for *.example.com, example.com"),
    ],
)  # fmt: skip
def test_the_certificate_is_issued_in_us_east_1_for_all_names(look, certificate, found):
    told = look(certificate)["certificate"]
    assert (told.subject, told.verdict, told.found) == ("cloudfront", "NG", found)


@pytest.mark.parametrize(
    ("prefix_list", "found"),
    [
        (None, "no prefix list pl-4fa04526 in eu-west-1"),
        ({**CLOUDFRONTS, "PrefixListName": "com.amazonaws.eu-west-1.s3"},
         "pl-4fa04526 is com.amazonaws.eu-west-1.s3, and not CloudFront's"),
    ],
)  # fmt: skip
def test_the_prefix_list_is_cloudfronts_in_this_region(look, prefix_list, found):
    told = look(prefix_list=prefix_list)["prefix list"]
    assert (told.verdict, told.found) == ("NG", found)
    assert told.hint.endswith(f"Values={ORIGIN_FACING} --region eu-west-1")
