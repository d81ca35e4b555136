"""One Application Load Balancer for many services."""

from aws_cdk import Duration, Fn
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from constructs import Construct


class LoadBalancer(Construct):
    """A load balancer that answers 404 to whatever no service has a rule for.

    Read `load_balancer`, `listener` and `security_group`. Services add rules to the listener from stacks of their own,
    and let the security group in; the group itself is not changed by them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        internet_facing: bool = True,
        subnets: ec2.SubnetSelection | None = None,
        idle_timeout: Duration | None = None,
        deletion_protection: bool = False,
        load_balancer: elbv2.IApplicationLoadBalancer | None = None,
    ) -> None:
        """Make the load balancer and its listener for HTTP on port 80.

        :param vpc: where it is.
        :param internet_facing: reachable from the internet; else from the VPC only.
        :param subnets: two or more, in different availability zones. Default: public ones, or private ones where it is
            not internet-facing.
        :param idle_timeout: how long a connection may be silent. Default: 60 seconds.
        :param deletion_protection: refuse to be deleted.
        :param load_balancer: add the listener to this one and make none; the four before have no use then.
        """
        super().__init__(scope, id)
        if load_balancer is None:
            self.security_group: ec2.ISecurityGroup = self._security_group(vpc, internet_facing)
            self.load_balancer: elbv2.IApplicationLoadBalancer = elbv2.ApplicationLoadBalancer(
                self,
                "Resource",
                vpc=vpc,
                internet_facing=internet_facing,
                vpc_subnets=subnets,
                security_group=self.security_group,
                idle_timeout=idle_timeout or Duration.seconds(60),
                deletion_protection=deletion_protection,
                drop_invalid_header_fields=True,
                desync_mitigation_mode=elbv2.DesyncMitigationMode.DEFENSIVE,
            )
        else:
            self.load_balancer = load_balancer
            self.security_group = load_balancer.connections.security_groups[0]
        self.listener = elbv2.ApplicationListener(
            self,
            "Http",
            load_balancer=self.load_balancer,
            port=80,
            open=False,  # the security group says who may connect
            default_action=elbv2.ListenerAction.fixed_response(
                404, content_type="text/plain", message_body="no service answers this address\n"
            ),
        )

    @property
    def full_name(self) -> str:
        """`app/<name>/<id>`, by which its metrics are found."""
        return Fn.select(1, Fn.split("loadbalancer/", self.load_balancer.load_balancer_arn))

    def _security_group(self, vpc: ec2.IVpc, internet_facing: bool) -> ec2.SecurityGroup:
        """In from the world (or the VPC) to port 80, out to the VPC."""
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Load balancer of the services", allow_all_outbound=False
        )
        inside = ec2.Peer.ipv4(vpc.vpc_cidr_block)
        group.add_ingress_rule(ec2.Peer.any_ipv4() if internet_facing else inside, ec2.Port.tcp(80), "HTTP")
        group.add_egress_rule(inside, ec2.Port.tcp_range(1, 65535), "to containers in the VPC")
        return group
