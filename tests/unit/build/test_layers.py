"""What engines say of a push: recorded from Docker 20.10, and from 26.1 with containerd's image store."""

from dockyard.build.layers import Layers

OLD = """\
3 layers
The push refers to repository [localhost:4566/app]
33a67012b7d2 Preparing
2a16670ecf84 Waiting
2a16670ecf84 Layer already exists
de7430f0aa55 Mounted from other
33a67012b7d2 Pushing 754176/3000000
33a67012b7d2 Pushing 3001856/3000000
33a67012b7d2 Pushed
t3: digest: sha256:85b9 size: 949"""
CONTAINERD = """\
3 layers
f69741b0621f Layer already exists
474c3bcaa2d4 Layer already exists
ef10f776f7f6 Pushing 832/832
874b07a9a328 Pushing 0/6002020
ef10f776f7f6 Pushed
874b07a9a328 Pushed"""


def read(text):
    count, *lines = text.splitlines()
    layers = Layers(int(count.split()[0]))
    return layers, [layers.read(line) for line in lines]


def test_what_was_sent_and_what_the_registry_had():
    layers, told = read(OLD)
    assert (layers.pushed, layers.reused, layers.bytes_sent) == (1, 2, 3000000)
    assert told[5:7] == ["pushing 754 kB of 3.0 MB", "pushing 3.0 MB of 3.0 MB"]
    assert str(layers) == "1 layer pushed (3.0 MB), 2 reused"


def test_the_configuration_is_no_layer():
    layers, _ = read(CONTAINERD)
    assert (layers.pushed, layers.reused, layers.bytes_sent) == (1, 2, 6002852)


def test_what_an_attempt_before_has_sent_is_pushed_and_not_reused():
    layers = Layers(2)
    for line in ("0123456789ab Pushing 5/5", "ba9876543210 Layer already exists"):
        layers.read(line)
    for line in ("0123456789ab Layer already exists", "ba9876543210 Layer already exists"):
        layers.read(line)
    assert str(layers) == "1 layer pushed (5 B), 1 reused"
