"""The authority is made once, and what it signs can be checked."""

import ssl
import threading

import pytest

from dockyard.local.authority import Authority


def _handshake(folder, issued, name):
    """The client's side of a handshake in memory."""
    file = folder / "server.pem"
    file.write_text(issued.key + issued.certificate)
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(file)
    client_context = ssl.create_default_context(cafile=folder / "authority.pem")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.getpeercert()


@pytest.mark.parametrize("algorithm", ["RSA_2048", "EC_prime256v1", "EC_secp384r1"])
def test_a_client_that_trusts_the_authority_accepts_its_certificates(tmp_path, algorithm):
    issued = Authority(tmp_path).issue(["shop.example.com", "*.example.org"], algorithm)
    assert _handshake(tmp_path, issued, "www.example.org")["subjectAltName"] == (
        ("DNS", "shop.example.com"), ("DNS", "*.example.org"))  # fmt: skip


def test_a_name_that_is_not_in_the_certificate_is_refused(tmp_path):
    issued = Authority(tmp_path).issue(["shop.example.com"])
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(tmp_path, issued, "other.example.com")


def test_it_is_made_once_also_by_many_at_once_and_its_key_is_the_owners(tmp_path):
    chains: set[str] = set()
    threads = [threading.Thread(target=lambda: chains.add(Authority(tmp_path).issue(["a.example"]).chain)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(chains) == 1
    assert (tmp_path / "authority.key").stat().st_mode & 0o077 == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["authority.key", "authority.pem"]
