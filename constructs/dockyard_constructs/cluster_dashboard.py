"""One CloudWatch dashboard for all services of a cluster, those that come later included."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs

from constructs import Construct

_MINUTE = Duration.minutes(1)
_WIDTH = 12


class ClusterDashboard(Construct):
    """Requests, errors and response times of a load balancer's target groups; CPU, memory and tasks of the services.

    What is shown is searched for whenever somebody looks, so that services need no part in it.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: ecs.ICluster,
        load_balancer_full_name: str | None = None,
        dashboard_name: str | None = None,
    ) -> None:
        """Make the dashboard.

        :param cluster: the cluster, with Container Insights where tasks are to be shown.
        :param load_balancer_full_name: `app/<name>/<id>`. Default: no requests are shown.
        :param dashboard_name: its name. Default: one that CloudFormation makes.
        """
        super().__init__(scope, id)
        self.dashboard = cloudwatch.Dashboard(self, "Resource", dashboard_name=dashboard_name)
        if load_balancer_full_name:
            groups = f'{{AWS/ApplicationELB,LoadBalancer,TargetGroup}} LoadBalancer="{load_balancer_full_name}"'
            self.dashboard.add_widgets(
                _graph("Requests a minute", groups, "RequestCount", "Sum"),
                _graph("Response time, 95 of 100 requests (s)", groups, "TargetResponseTime", "p95"),
            )
            self.dashboard.add_widgets(
                _graph("Answers with 5xx a minute", groups, "HTTPCode_Target_5XX_Count", "Sum"),
                _graph("Unhealthy targets", groups, "UnHealthyHostCount", "Maximum"),
            )
        services = f'{{AWS/ECS,ClusterName,ServiceName}} ClusterName="{cluster.cluster_name}"'
        self.dashboard.add_widgets(
            _graph("CPU (%)", services, "CPUUtilization", "Average"),
            _graph("Memory (%)", services, "MemoryUtilization", "Average"),
        )
        tasks = f'{{ECS/ContainerInsights,ClusterName,ServiceName}} ClusterName="{cluster.cluster_name}"'
        self.dashboard.add_widgets(
            _graph("Running tasks", tasks, "RunningTaskCount", "Average"),
            _graph("Tasks that wait to run", tasks, "PendingTaskCount", "Maximum"),
        )


def _graph(title: str, where: str, metric: str, statistic: str) -> cloudwatch.GraphWidget:
    search = f"SEARCH('{where} MetricName=\"{metric}\"', '{statistic}', 60)"
    return cloudwatch.GraphWidget(
        title=title,
        width=_WIDTH,
        left=[cloudwatch.MathExpression(expression=search, using_metrics={}, label="", period=_MINUTE)],
        left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
    )
