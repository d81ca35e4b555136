"""How many tasks fit, against what AWS publishes."""

import pytest

from dockyard.capacity.fit import Need, Network, fitting, most_interfaces, servers
from dockyard.capacity.instances import InstanceType, instance_types, registered_memory
from dockyard.config.cluster import has_gpu
from dockyard.local.extensions.instance_types import size_of

TYPES = instance_types()
SMALL = Need(256, 512)


PUBLISHED = {"medium": (1, 4), "large": (2, 10), "xlarge": (3, 20), "2xlarge": (3, 40), "4xlarge": (7, 60)}
"""Task limits without and with ENI trunking, by size: so they are for each of these families in AWS's table.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/eni-trunking-supported-instance-types.html
"""
FAMILIES = ("c5", "c5a", "c6g", "c6i", "c7g", "m5", "m5a", "m6a", "m6g", "m6i")
BURSTABLE = {"t3.small": 2, "t3.nano": 1, "t3a.small": 1, "t4g.small": 2, "t3.2xlarge": 3}
"""These have no trunking, and are not in that table; https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html."""


@pytest.mark.parametrize("name", [name for name in TYPES if name.split(".")[0] in FAMILIES])
def test_the_limits_of_tasks_are_those_that_aws_publishes(name):
    found = [most_interfaces(TYPES[name], network) for network in Network]
    assert found == [None, *PUBLISHED[name.split(".")[1]]]


@pytest.mark.parametrize(("name", "many"), BURSTABLE.items())
def test_without_trunking_it_changes_nothing(name, many):
    assert [most_interfaces(TYPES[name], network) for network in Network] == [None, many, many]


def test_memory_is_less_than_what_aws_tells_of_a_server_and_not_much_less():
    """7985 MiB of an m4.large: developerguide/memory-management.html."""
    assert 0.98 * 7985 < registered_memory(8) < 7985


@pytest.mark.parametrize(
    ("need", "name", "network", "many"),
    [
        (SMALL, "t3.small", Network.BRIDGE, 3),  # by memory: 1920 MiB
        (SMALL, "t3.small", Network.AWSVPC, 2),  # by interfaces
        (Need(512, 64), "t3.small", Network.BRIDGE, 4),  # by cpu
        (SMALL, "m5.large", Network.BRIDGE, 8),  # by cpu
        (SMALL, "m5.large", Network.AWSVPC, 2),
        (Need(128, 256), "m5.large", Network.TRUNKING, 10),
        (Need(4096, 512), "t3.small", Network.BRIDGE, 0),
        (Need(256, 512, 1), "g4dn.12xlarge", Network.BRIDGE, 4),  # by GPUs
        (Need(256, 512, 3), "g4dn.12xlarge", Network.TRUNKING, 1),
        (Need(256, 512, 1), "g5.12xlarge", Network.AWSVPC, 4),
        (Need(256, 512, 2), "g4dn.xlarge", Network.BRIDGE, 0),
        (Need(256, 512, 1), "m5.large", Network.BRIDGE, 0),
    ],
)
def test_the_scarcest_of_cpu_memory_and_interfaces_says_how_many_fit(need, name, network, many):
    assert fitting(need, TYPES[name], network) == many


def test_servers_are_filled_with_large_tasks_first():
    server = InstanceType("x", 2, 4, 3, 0, 1)
    assert server.memory == 3904
    large, small = Need(1024, 2000), Need(512, 900)
    assert servers([(large, 1)], server) == 1
    assert servers([(large, 2)], server) == 2  # 4000 MiB are too much for one
    assert servers([(small, 4), (large, 2)], server) == 2
    assert servers([(small, 5), (large, 2)], server) == 3
    assert servers([(small, 0)], server) == 0
    assert servers([(small, 1), (Need(1, 5000), 1)], server) is None
    assert servers([(small, 3)], server, Network.AWSVPC) == 2


def test_tasks_with_gpus_leave_the_rest_of_a_server_to_others():
    with_gpu, without = Need(1024, 2048, 1), Need(1024, 2048)
    assert servers([(with_gpu, 2)], TYPES["g4dn.xlarge"]) == 2
    assert servers([(without, 4), (with_gpu, 2)], TYPES["g4dn.xlarge"]) == 2
    assert servers([(with_gpu, 1)], TYPES["m5.large"]) is None


def test_thousands_of_tasks_are_counted_at_once():
    assert servers([(SMALL, 5000), (Need(128, 256), 5000)], TYPES["m5.large"]) == 938


def test_the_local_aws_takes_its_servers_from_the_same_table():
    assert (size_of("t3a.small").interfaces, size_of("t3.small").interfaces) == (1, 2)
    assert (size_of("m7i.large").cpu, size_of("m7i.large").memory) == (2048, registered_memory(8))
    assert size_of("x9z.large").cpu == 2048  # not in the table
    assert (size_of("g6.12xlarge").gpus, size_of("m7i.large").gpus) == (4, 0)


@pytest.mark.parametrize("name", TYPES)
def test_the_table_is_of_a_piece(name):
    """Sizes of a family differ by a factor, also in price, but for what AWS rounds."""
    one = TYPES[name]
    family = name.split(".")[0]
    twice = next(
        (t for t in TYPES.values() if t.name.startswith(f"{family}.") and (t.gib, t.vcpus >= one.vcpus) == (2 * one.gib, True)),
        None,
    )
    assert 1 <= one.vcpus <= 192
    assert one.interfaces >= 2
    assert bool(one.gpus) == has_gpu(name)
    if twice and not one.gpus:
        assert twice.usd_an_hour == pytest.approx(2 * one.usd_an_hour, rel=0.01)
