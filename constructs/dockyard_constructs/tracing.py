"""Traces of a service, by a collector beside it: the AWS Distro for OpenTelemetry.

https://aws-otel.github.io/docs/setup/ecs
"""

from dataclasses import dataclass, field
from typing import Literal

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from dockyard_constructs.process_settings import RestartPolicy
from dockyard_constructs.sidecar import Sidecar

COLLECTOR = "otel"
"""Name of its container."""
IMAGE = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
_CONFIG = "/etc/ecs/ecs-default-config.yaml"
"""In the image: takes OTLP and what the SDKs of X-Ray send; gives traces to X-Ray, and metrics to CloudWatch.
https://github.com/aws-observability/aws-otel-collector/blob/main/config/ecs/ecs-default-config.yaml"""
_METRICS_LOG_GROUP = "/aws/ecs/application/metrics"
_OTLP_PORT, _XRAY_PORT = 4318, 2000


@dataclass(frozen=True)
class Tracing:
    """How a service is traced: `otel`, by an SDK of OpenTelemetry, or `xray`, by one of X-Ray.

    `resource_attributes` are told of each trace. A task goes on without its collector.
    """

    sdk: Literal["otel", "xray"]
    service_name: str
    resource_attributes: dict[str, str] = field(default_factory=dict)
    image: ecs.ContainerImage | None = None

    def variables(self, host: str) -> dict[str, str]:
        """By which the SDK finds the collector.

        https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
        """
        if self.sdk == "xray":
            return {"AWS_XRAY_DAEMON_ADDRESS": f"{host}:{_XRAY_PORT}", "AWS_XRAY_TRACING_NAME": self.service_name}
        return {
            "OTEL_SERVICE_NAME": self.service_name,
            "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{name}={value}" for name, value in self.resource_attributes.items()),
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{host}:{_OTLP_PORT}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_PROPAGATORS": "tracecontext,baggage,xray",
        }

    @property
    def sidecar(self) -> Sidecar:
        """The collector."""
        return Sidecar(
            image=self.image or ecs.ContainerImage.from_registry(IMAGE),
            command=[f"--config={_CONFIG}"],
            essential=False,
            uses_log_router=False,
            restart_policy=RestartPolicy(attempt_period=Duration.minutes(1)),
        )

    def grant(self, task_definition: ecs.TaskDefinition) -> None:
        """What the collector does in the task's role. X-Ray has no ARNs for it."""
        log_group = Stack.of(task_definition).format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"{_METRICS_LOG_GROUP}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        reading = [f"xray:GetSampling{what}" for what in ("Rules", "Targets", "StatisticSummaries")]
        for actions, resource in (
            (["xray:PutTraceSegments", "xray:PutTelemetryRecords", *reading], "*"),
            ([f"logs:{verb}" for verb in ("CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents")], log_group),
        ):
            task_definition.add_to_task_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
