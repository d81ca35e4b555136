"""A log router beside a service's container."""

import re
from pathlib import Path

import pytest

from dockyard.config import ROUTER

ALL = """
firelens:
  options: {Name: datadog, Host: http-intake.logs.datadoghq.eu, TLS: on, compress: 010, Retry_Limit: false}
  secrets: {apikey: /datadog/key}
  config: /extra.conf
  image: {from: fluent/fluent-bit:3.2}
  memory: 100
  metadata: false
sidecars: {cache: {image: {from: redis}, firelens: false, secrets: [TOKEN]}}
secrets: [KEY]
"""


@pytest.mark.parametrize(
    "kind", ["kind: web", "kind: backend", "kind: worker", "kind: job\nschedule: rate(1 hour)", "kind: task"]
)
def test_every_kind_may_have_one(files, kind):
    files.service(f"{kind}{ALL}")
    environment = files.load().environment()
    web = environment.services["web"]
    assert web.firelens.options == {
        "Name": "datadog", "Host": "http-intake.logs.datadoghq.eu", "TLS": "on", "compress": "010", "Retry_Limit": "false",
    }  # fmt: skip
    assert (web.firelens.config, web.firelens.memory, web.firelens.metadata) == ("/extra.conf", 100, False)
    assert (web.sidecars["cache"].firelens, list(environment.images)) == (False, ["web", "web.cache", f"web.{ROUTER}"])
    assert web.all_secrets == {
        "secrets": {"KEY": True}, "sidecars.cache.secrets": {"TOKEN": True}, "firelens.secrets": {"apikey": "/datadog/key"},
    }  # fmt: skip


def test_an_environment_may_send_logs_elsewhere_or_nowhere(files):
    files.service("""
        kind: web
        firelens: {options: {Name: s3, bucket: logs}}
        environments: {dev: {firelens: null}, prod: {firelens: {options: {bucket: 0123}}}}
    """)
    project = files.load()
    assert project.environment("dev").services["web"].firelens is None
    assert project.environment("prod").services["web"].firelens.options == {"Name": "s3", "bucket": "0123"}
    assert list(project.environment("prod").images) == ["web"]  # AWS's image is none of the project's


S3 = "firelens: {options: {Name: s3, bucket: b}"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("logging: {}", "logging: unknown key; did you mean firelens?"),
        ("logs: {}", "logs: unknown key; did you mean firelens?"),
        ("firelens: {destination: {}, config: s3://conf/a.conf}", "firelens.destination: unknown key; did you mean options?"),
        ("firelens: {}", "firelens.options: should have Name, an output plugin such as cloudwatch_logs, kinesis_firehose, s3 or "
         "datadog, or the file of `config` its outputs"),
        ("firelens: {options: {Host: a}}", "firelens.options: should have Name, an output plugin such as cloudwatch_logs, "
         "kinesis_firehose, s3 or datadog"),
        ("firelens: {options: {name: s3}}", "firelens.options.name: should be written Name: ECS knows it by no other spelling"),
        ("firelens: {options: {Name: s3}}", "firelens.options.bucket: is required by s3"),
        ("firelens: {options: {Name: kinesis_firehose}}", "firelens.options.delivery_stream: is required by kinesis_firehose"),
        ("firelens: {options: {Name: http, Host: null}}", "firelens.options.Host: should be text, got nothing"),
        ("firelens: {options: {Name: http, 'a b': c}}", 'firelens.options.a b: should be the name of an option, without spaces, '
         'got "a b"'),
        ("firelens: {options: {Name: http, apikey: x}, secrets: [apikey]}", "firelens.secrets.apikey: is in options as well; keep "
         "one of both"),
        (S3 + ", config: extra.conf}", 'firelens.config: should be s3://BUCKET/KEY, or the absolute path of a file in the image, '
         'got "extra.conf"'),
        (S3 + ", config: s3://conf}", 'firelens.config: should be s3://BUCKET/KEY, or the absolute path of a file in the image, '
         'got "s3://conf"'),
        (S3 + ", config: s3://conf/*}", 'firelens.config: should be s3://BUCKET/KEY, or the absolute path of a file in the image, '
         'got "s3://conf/*"'),
        (S3 + ", config: /extra.conf}", "firelens.config: is not in AWS's image, which has files below /fluent-bit/configs/ or "
         "/ecs/: give the image that has it, or s3://…"),
        (S3 + ", config: /fluent-bit/etc/fluent-bit.conf}", "firelens.config: is the file that FireLens writes; give yours another "
         "name"),
        (S3 + ", config: s3://conf/a, image: {from: amazon/aws-for-fluent-bit:2.32.5}}", "firelens.config: is read from S3 by images "
         'of aws-for-fluent-bit whose tag begins with init-, got "amazon/aws-for-fluent-bit:2.32.5"'),
        (S3 + ", image: {from: fluent/fluent-bit}}", "firelens.image: from: should have a tag or a digest, so that no other router "
         'comes by itself, got "fluent/fluent-bit"'),
        (S3 + ", image: {}}", "firelens.image: should have build or from, got neither"),
        (S3 + ", image: {build: {context: no}}}", "firelens.image.build.context: no folder at {root}/services/web/no"),
        (S3 + ", memory: 1}", "firelens.memory: should be 6 to 122880 (MiB), got 1"),
        (S3 + ", memory: 512}", "memory: should be more than the 512 (MiB) of its sidecars, which are part of it, got 512"),
        (S3 + "}\nsidecars: {log-router: {image: {from: redis}}}", "sidecars.log-router: is the name of the container that firelens "
         "adds; give it another"),
    ],
)  # fmt: skip
def test_a_wrong_one_is_told_with_its_key(files, problem, lines, text):
    assert problem(lines) == f"services/web/service.yaml: {text.replace('{root}', str(files.root))}"


@pytest.mark.parametrize(
    "lines",
    [
        "{options: {Name: cloudwatch_logs}}",
        "{options: {include-pattern: error}, config: s3://conf/a/b.conf}",
        "{config: /fluent-bit/configs/parse-json.conf, options: {Name: kinesis_streams, stream: a}}",
        "{config: s3://conf/a.conf, image: {from: amazon/aws-for-fluent-bit:init-2.32.5}}",
        "{config: /a.conf, image: {from: my/router@sha256:" + "0" * 64 + "}}",
    ],
)
def test_what_is_right_is_taken(files, lines):
    files.service(f"kind: web\nfirelens: {lines}")
    assert files.load().environment().services["web"].firelens


def test_its_image_is_the_same_in_every_environment(files):
    files.service(f"kind: web\n{S3}}}\nenvironments: {{prod: {{firelens: {{image: {{from: 'a/b:1'}}}}}}}}")
    assert files.problems() == [
        "services/web/service.yaml: environments.prod.firelens.image: is the same in every environment: the image that was tested "
        "is the one that is promoted"
    ]


def test_the_page_on_logs_shows_what_is_taken(files):
    page = (Path(__file__).parents[3] / "docs/logs.md").read_text()
    shown = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    for text in shown:
        files.service(text)
        assert files.load().environment("prod").services["web"].firelens
    assert len(shown) == 3
