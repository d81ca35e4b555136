"""What `dockyard plan` tells of capacity and cost."""

import datetime

import pytest

from dockyard.capacity.cost import dates, ec2_month, fargate_month, fargate_size, prices, spot
from dockyard.capacity.estimate import EXAMPLES, GPU_EXAMPLE, estimate
from dockyard.capacity.instances import instance_types, table
from dockyard.cli.estimate import tell
from dockyard.config import load_project


@pytest.fixture
def project(tmp_path):
    """The estimate of a project with these services and this cluster."""

    def made(cluster="", only=(), today=None, **services):
        (tmp_path / "dockyard.yaml").write_text(f"name: shop\nenvironments: {{dev: {{}}}}\n{cluster}")
        for name, lines in services.items():
            folder = tmp_path / "services" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "service.yaml").write_text(f"kind: web\nhttp: {{path: /{name}}}\n{lines}")
        return estimate(load_project(tmp_path).environment(), only, today)

    return made


def test_a_month_of_fargate_is_that_of_awss_own_sum():
    """0.25 vCPU and 0.5 GiB for 730 hours: 7.39 + 1.62."""
    assert fargate_month(0.25, 512) == pytest.approx(0.25 * 0.04048 * 730 + 0.5 * 0.004445 * 730)
    assert round(fargate_month(0.25, 512), 2) == 9.01
    assert round(fargate_month(0.25, 512, arm=True), 2) == 7.21


def test_a_month_of_a_server_is_730_hours():
    assert round(ec2_month(instance_types()["t3.small"]), 2) == 15.18
    assert spot(100, "ec2") == pytest.approx(10)
    assert spot(100, "fargate") == pytest.approx(30)


@pytest.mark.parametrize(
    ("vcpus", "mib", "size"),
    [(0.25, 512, (0.25, 512)), (0.125, 64, (0.25, 512)), (0.3, 700, (0.5, 1024)), (0.25, 4000, (0.5, 4096)), (16, 122880, (16, 122880)),
     (16.5, 512, None), (1, 130000, None)],
)  # fmt: skip
def test_fargate_has_the_next_size(vcpus, mib, size):
    assert fargate_size(vcpus, mib) == size


def test_every_figure_has_its_source_and_date():
    sources = [table("instance_types.json")["sources"][part] for part in ("prices", "interfaces")]
    for source in [*sources, prices()["fargate"]["source"], prices()["spot"]["source"]]:
        assert source["what"]
        assert source["list"]
        assert datetime.date(2025, 1, 1) < datetime.date.fromisoformat(source["date"]) < datetime.date.today()


def test_a_service_is_told_on_each_type_of_the_cluster_and_on_fargate(project):
    found = project("cluster: {ec2: {instance_types: [t3.small, m5.large]}}", web="count: {min: 2, max: 6}", api="runs_on: ec2")
    api, web = found.services
    assert (web.tasks, api.tasks, api.runs_on) == ((2, 6), (1, 1), "ec2")
    small, large = web.fits
    assert (small.instance, small.bridge, small.awsvpc, small.trunking) == ("t3.small", 3, 2, 2)
    assert (large.instance, large.bridge, large.awsvpc, large.trunking) == ("m5.large", 8, 2, 8)
    assert small.ec2 == (round(15.184 * 2 / 3, 2), round(15.184 * 6 / 3, 2))
    assert small.ec2_spot_from == (round(small.ec2[0] / 10, 2), round(small.ec2[1] / 10, 2))
    assert web.fargate == (18.02, 54.06)
    assert web.fargate_spot_from == (5.41, 16.22)
    assert [(one.instance, one.servers) for one in found.together] == [("t3.small", (1, 3)), ("m5.large", (1, 1))]
    assert found.together[0].ec2 == (15.18, 45.55)
    assert not found.examples


def test_the_schedule_counts_for_the_fewest_and_the_most(project):
    found = project(web="count: {min: 2, max: 6, schedule: {daily 22:00-06:00: {min: 0, max: 0}, daily 08:00-12:00: {max: 9}}}")
    assert found.services[0].tasks == (0, 9)
    assert found.services[0].fargate == (0, 81.09)


def test_a_cluster_without_servers_is_compared_with_examples(project, capsys):
    found = project(web="")
    assert (found.examples, [fit.instance for fit in found.services[0].fits]) == (True, list(EXAMPLES))
    tell(found)
    told = capsys.readouterr().out
    assert "these types are examples" in told
    assert "list prices of us-east-1 (EC2 2026-01-19; Fargate 2026-09-23" in told


@pytest.mark.parametrize(("days", "old"), [(365, False), (366, True)])
def test_prices_of_more_than_a_year_ago_are_told_with_the_way_to_new_ones(project, capsys, days, old):
    found = project(today=min(dates().values()) + datetime.timedelta(days=days), web="")
    assert found.outdated is old
    tell(found)
    assert ("`dockyard prices` asks AWS for new ones" in capsys.readouterr().err) is old


def test_what_has_no_room_and_what_is_not_in_the_table_is_told(project, capsys):
    found = project("cluster: {ec2: {instance_types: [t3.nano, m4.10xlarge]}}", web="")
    assert found.unknown == ("m4.10xlarge",)
    assert found.together[0].servers is None
    tell(found)
    captured = capsys.readouterr()
    assert "too large" in captured.out
    assert "m4.10xlarge: not in the table" in captured.err


def test_a_project_without_services_is_told_nothing(project, capsys):
    tell(project())
    assert capsys.readouterr().out == ""


def test_gpus_are_counted_and_fargate_has_none(project, capsys):
    found = project(
        "cluster: {ec2: {instance_types: [g4dn.xlarge, g5.12xlarge]}}", web="", model="runs_on: ec2\ngpu: 1\ncount: 4"
    )
    model, web = found.services
    assert [(fit.instance, fit.bridge) for fit in model.fits] == [("g4dn.xlarge", 1), ("g5.12xlarge", 4)]
    assert web.fits[0].bridge == 16
    assert (model.gpus, model.fargate, web.gpus) == (1, None, 0)
    assert [(one.instance, one.servers) for one in found.together] == [("g4dn.xlarge", (4, 4)), ("g5.12xlarge", (1, 1))]
    tell(found)
    told = capsys.readouterr().out
    assert ("GPU" in told, "no GPUs" in told, "too large" in told) == (True, True, False)


def test_servers_with_gpus_are_an_example_where_a_service_needs_some(project):
    found = project("cluster: {managed: {min_gpus: 1}}", model="runs_on: managed\ngpu: 1")
    assert [(fit.instance, fit.bridge) for fit in found.services[0].fits] == [*((name, 0) for name in EXAMPLES), (GPU_EXAMPLE, 1)]


def test_graviton_is_cheaper_on_fargate(project):
    on_arm = project(web="image: {build: {platforms: [linux/arm64]}}").services[0]
    assert on_arm.fargate == (7.21, 7.21)


def test_of_services_that_are_named_nothing_else_is_told(project, capsys):
    found = project(only=["web"], web="", api="")
    assert ([one.service for one in found.services], found.together) == (["web"], ())
    tell(found)
    told = capsys.readouterr().out
    assert ("web" in told, "api" in told, "\nall " in told) == (True, False, False)


@pytest.mark.parametrize(
    ("count", "needs", "enough"), [("4", "2 x t3.small", True), ("{min: 2, max: 7}", "1-3 x t3.small", False)]
)
def test_whether_all_that_runs_on_servers_has_room_is_told(project, capsys, count, needs, enough):
    cluster = "cluster: {ec2: {instance_types: [t3.small], max: 2}}"
    tell(project(cluster, web=f"runs_on: ec2\ncount: {count}", other="count: 9"))
    captured = capsys.readouterr()
    text = f"services that run on EC2 need {needs}, and cluster.ec2.max is 2"
    assert text in (captured.out if enough else captured.err)
    tell(project(cluster, only=("web",), web="runs_on: ec2"))
    assert "cluster.ec2.max" not in "".join(capsys.readouterr())
