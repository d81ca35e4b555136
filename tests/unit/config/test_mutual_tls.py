"""`load_balancer.mutual_tls` of dockyard.yaml: the authorities of clients, and what is told of wrong ones."""

import pytest

from dockyard.local.authority import Authority

AT = "dockyard.yaml: load_balancer.mutual_tls"
DOMAINS = "domains: {example.com: {hosted_zone: Z1}}"


def settings(files, lines, more=DOMAINS):
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{}}}}\n{more}\nload_balancer: {{mutual_tls: {lines}}}")
    return files


@pytest.fixture
def pem(files):
    """A certificate of an authority, as PEM."""
    return Authority(files.root / ".own").certificate_text()


def test_a_file_of_authorities_is_taken_with_what_is_around_them(files, pem):
    files.write("ca/partners.pem", f"# Müller & Söhne\n{pem}\nsecond:\n{pem}")
    environment = settings(files, "{ca_bundle: ca/partners.pem}").load().environment()
    assert environment.settings.load_balancer.mutual_tls.verifies
    assert environment.files == (files.root / "ca/partners.pem",)


@pytest.mark.parametrize("lines", ["{mode: passthrough}", "{ca_bundle: {bucket: my-cas, key: ca.pem}}", "false"])
def test_what_needs_no_file_is_taken(files, lines):
    assert settings(files, lines).load().environment().files == ()


def test_an_environment_may_have_none(files, pem):
    files.write("ca.pem", pem)
    files.write(
        "dockyard.yaml",
        "name: shop\nenvironments: {dev: {load_balancer: {mutual_tls: false}}, prod: {}}\n"
        f"{DOMAINS}\nload_balancer: {{mutual_tls: {{ca_bundle: ca.pem}}}}",
    )
    project = files.load()
    found = {name: one.settings.load_balancer.mutual_tls for name, one in project.environments.items()}
    assert (found["dev"], found["prod"].file) == (None, "ca.pem")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("true", ": should have ca_bundle, by which certificates of clients are checked, or mode: passthrough; got neither"),
        ("{mode: on}", '.mode: should be verify or passthrough, got "on"'),
        ("{ca_bundle: /etc/ca.pem}", ".ca_bundle: should be the path of a file from the folder of dockyard.yaml, such as ca.pem, "
         'got "/etc/ca.pem"'),
        ("{ca_bundle: {bucket: my-cas}}", ".ca_bundle.key: is required: name of the file there"),
        ("{ca_bundle: {bucket: My_CAs, key: a}}", '.ca_bundle.bucket: should be the name of a bucket such as my-authorities, got "My_CAs"'),
        ("{mode: passthrough, ignore_client_certificate_expiry: true}", ": ignore_client_certificate_expiry is of mode verify, and "
         "with passthrough nothing is checked: remove it"),
        ("{ca_bundle: ../ca.pem}", ".ca_bundle: should be inside {root}, got ../ca.pem"),
        ("{ca_bundle: services}", ".ca_bundle: should be a file, got a folder"),
        ("{ca_bundle: no.pem}", ".ca_bundle: no file at {root}/no.pem"),
        ("{ca_bundle: der.pem}", ".ca_bundle: {root}/der.pem should hold certificates as PEM (-----BEGIN CERTIFICATE-----), got none"),
        ("{ca_bundle: cut.pem}", ".ca_bundle: {root}/cut.pem should hold certificates as PEM, and certificate 2 of 2 is none that can "
         "be read"),
        ("{ca_bundle: key.pem}", ".ca_bundle: {root}/key.pem holds a private key, which nobody but its owner should have: leave "
         "certificates alone there"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(files, pem, lines, text):
    (files.root / "services").mkdir()
    files.write("der.pem", "0\x82\x01")
    files.write("cut.pem", pem + "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    files.write("key.pem", pem + "-----BEGIN EC PRIVATE KEY-----\n")
    assert settings(files, lines).problems() == [AT + text.replace("{root}", str(files.root))]


def test_without_a_domain_there_is_no_tls(files):
    assert settings(files, "{mode: passthrough}", "").problems() == [f"{AT}: needs HTTPS: give dockyard.yaml a domain (domains)"]


def test_a_fault_of_an_environment_is_told_there(files):
    own = "{dev: {load_balancer: {mutual_tls: {ca_bundle: no.pem}}}}"
    files.write("dockyard.yaml", f"name: shop\nenvironments: {own}\n{DOMAINS}")
    at = "dockyard.yaml: environments.dev.load_balancer.mutual_tls.ca_bundle"
    assert files.problems() == [f"{at}: no file at {files.root}/no.pem"]


def test_what_asks_without_a_certificate_is_told(files, pem):
    files.write("ca.pem", pem)
    settings(files, "{ca_bundle: ca.pem}", f"{DOMAINS}\npipeline: {{repository: acme/shop}}")
    files.service("kind: web\ndeploy: {strategy: canary, smoke: [/up]}")
    assert files.problems() == [
        "services/web/service.yaml: deploy.smoke: is asked without a certificate, which load_balancer.mutual_tls wants of clients: "
        "remove it",
        "dockyard.yaml: pipeline.smoke: should hold commands that show a certificate, which load_balancer.mutual_tls of dev wants, "
        "got none",
    ]
    settings(files, "{mode: passthrough}", f"{DOMAINS}\npipeline: {{repository: acme/shop}}")
    assert files.load()
