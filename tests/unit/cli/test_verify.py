"""The tree of checks, as it is on a screen."""

from dockyard.cli.verify import tree
from dockyard.deploy.verify.check import ng, ok, skip

CHECKS = [
    ok("account", "credentials", "of account 1"),
    ng("shop", "health", "the container ended with 1\nno such file", "mend what its last lines tell"),
    skip("shop", "drift", "may not be asked"),
]


def test_each_subject_has_its_checks_below_it_and_each_fault_what_to_do():
    assert [line.plain for line in tree(CHECKS, None)] == [
        "account",
        "  OK    credentials  of account 1",
        "shop",
        "  NG    health       the container ended with 1",
        "                     no such file",
        "                     try: mend what its last lines tell",
        "  SKIP  drift        may not be asked",
        "1 OK, 1 NG, 1 SKIP",
    ]


def test_a_narrow_terminal_gets_shorter_lines_below_each_other():
    lines = [line.plain for line in tree([ok("account", "credentials", "word " * 20)], 60)]
    assert max(map(len, lines)) <= 60
    assert {line[:21] for line in lines[2:-1]} == {" " * 21}
