"""`dockyard url`: what is told of a service's own load balancer besides its address."""

import pytest

from dockyard.cli.url import tell_network


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ({"Address": "http://a/"}, ""),
        ({"Address": "tcp://a:1", "NetworkAddress": "tcp://a:1"}, ""),
        ({"Address": "https://b/", "NetworkAddress": "tcp://a:1 tls://a:2"}, "also at tcp://a:1, tls://a:2\n"),
        ({"Address": "tls://a:1", "NetworkAddress": "tls://a:1", "NetworkLoadBalancer": "n"}, "its names must point at n\n"),
    ],
)
def test_what_is_told_besides_the_address(capsys, outputs, told):
    tell_network(outputs)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", told)
