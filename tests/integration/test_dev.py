"""A service that is worked at: each save comes to the same address."""

import re
import signal
import subprocess
import threading
import time

import pytest

from tests.integration.local_aws import until
from tests.integration.support import get

NAME = "hello-python"
SOURCE = "services/hello-python/main.py"


class Bench:
    """`dockyard dev`, and what it has printed."""

    def __init__(self, site):
        self._process = subprocess.Popen(
            ["dockyard", "dev", NAME], cwd=site.root, env={**site.in_local_aws()}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1,
        )  # fmt: skip
        self.lines, self._read = [], 0
        self._reader = threading.Thread(target=lambda: [self.lines.append(line) for line in self._process.stdout])
        self._reader.start()

    def line(self, pattern, seconds=90):
        """The first line from now on that has this."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            while self._read < len(self.lines):
                self._read += 1
                if found := re.search(pattern, self.lines[self._read - 1]):
                    return found
            time.sleep(0.05)
        raise AssertionError(f"{pattern} was not told:\n{''.join(self.lines)}")

    def end(self):
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(20)
        self._reader.join()
        self._process.stdout.close()
        return code


@pytest.fixture
def bench(site, source):
    """Of the site's service, which is as it was when the test ends."""
    made = Bench(site)
    yield made
    made.end()


def test_a_save_is_answered_at_the_same_address_and_a_bad_one_changes_nothing(site, bench):
    address = bench.line(rf"{NAME}: (http://\S+); each save")[1]
    assert get(address)[1]["version"] == "1"
    site.edit(SOURCE, 'VERSION = "1"', 'VERSION = "2"')
    assert bench.line(rf"{NAME}: answers at (\S+) [\d.]+ s after the save")[1] == address
    assert get(address)[1]["version"] == "2"
    until(lambda: any("hello-python 2 is ready" in line for line in bench.lines), 20)  # what it prints, in the same place

    before = (site.root / SOURCE).read_text()
    (site.root / "services/hello-python/Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")
    bench.line("the version before runs on")
    assert any("error" in line for line in bench.lines)
    assert get(address)[1]["version"] == "2"
    (site.root / "services/hello-python/Dockerfile").unlink()

    (site.root / SOURCE).write_text("raise SystemExit('it dies')\n")
    bench.line("it dies")  # one that was saved while the one before was built is told as such, and built after it
    bench.line("the version before runs on")
    assert get(address)[1]["version"] == "2"
    (site.root / SOURCE).write_text(before.replace('VERSION = "2"', 'VERSION = "3"'))
    bench.line("s after the save")
    until(lambda: get(address)[1]["version"] == "3", 5)
    assert bench.end() == 0
