"""One Application Load Balancer for many services."""

from collections.abc import Sequence

from aws_cdk import Duration, Fn
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from constructs import Construct
from dockyard_constructs.log_bucket import ACCESS, CONNECTIONS, LogBucket

TLS_POLICY = elbv2.SslPolicy.TLS13_12_RES_PQ
"""TLS 1.3 and 1.2, only ciphers with forward secrecy and authenticated encryption, keys that a quantum computer does not
break where the client can. All browsers since 2016 can do it; Elastic Load Balancing's own default still takes TLS 1.0.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html"""

NO_CLIENT_CERTIFICATES = elbv2.MutualAuthentication(mutual_authentication_mode=elbv2.MutualAuthenticationMode.OFF)
"""Said in the template: what is only left out of a listener may stay as it was."""


class LoadBalancer(Construct):
    """A load balancer that answers 404 to whatever no service has a rule for.

    With certificates it does so by HTTPS, and sends whoever comes by HTTP there.

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
        desync_mitigation_mode: elbv2.DesyncMitigationMode = elbv2.DesyncMitigationMode.DEFENSIVE,
        ip_address_type: elbv2.IpAddressType = elbv2.IpAddressType.IPV4,
        log_bucket: LogBucket | None = None,
        connection_logs: bool = False,
        https_outbound: bool = False,
        clients: ec2.IPeer | None = None,
        security_group: ec2.ISecurityGroup | None = None,
        certificates: Sequence[acm.ICertificate] = (),
        ssl_policy: elbv2.SslPolicy = TLS_POLICY,
        mutual_authentication: elbv2.MutualAuthentication = NO_CLIENT_CERTIFICATES,
        load_balancer: elbv2.IApplicationLoadBalancer | None = None,
    ) -> None:
        """Make the load balancer and its listeners.

        :param vpc: where it is.
        :param internet_facing: reachable from the internet; else from the VPC only.
        :param subnets: two or more, in different availability zones. Default: public ones, or private ones where it is
            not internet-facing.
        :param idle_timeout: how long a connection may be silent. Default: 60 seconds.
        :param deletion_protection: refuse to be deleted.
        :param desync_mitigation_mode: what becomes of requests that servers may understand in two ways.
        :param ip_address_type: whether clients reach it by IPv6 as well, for which its subnets must have ranges. Containers
            are reached by IPv4.
        :param log_bucket: where each request is logged. Default: nowhere.
        :param connection_logs: whether connections are logged there, too.
        :param https_outbound: whether it reaches the internet by HTTPS, as it must to sign clients in or to check tokens.
        :param clients: who may connect, where it has certificates by HTTPS alone. Default: the world, or the VPC where it is not
            internet-facing.
        :param security_group: who may connect, and what it reaches. Default: one for its ports.
        :param certificates: for HTTPS; the first is for clients that name no host, the others by SNI. Default: HTTP.
        :param ssl_policy: what is spoken with clients. Default: `TLS_POLICY`.
        :param mutual_authentication: which certificates clients show, where it has HTTPS. Default: none.
        :param load_balancer: add the listeners to this one and make none; the ten after `vpc` have no use then.
        """
        super().__init__(scope, id)
        self.log_bucket, self.certificates = log_bucket, certificates
        self.mutual_authentication = mutual_authentication
        ports = [80, 443] if certificates else [80]
        if load_balancer is None:
            self.security_group: ec2.ISecurityGroup = security_group or self._security_group(
                vpc,
                [clients] if clients else _clients(vpc, internet_facing, ip_address_type),
                ports[-1:] if clients else ports,
                https_outbound=https_outbound,
            )
            made = elbv2.ApplicationLoadBalancer(
                self,
                "Resource",
                vpc=vpc,
                internet_facing=internet_facing,
                vpc_subnets=subnets,
                security_group=self.security_group,
                idle_timeout=idle_timeout or Duration.seconds(60),
                deletion_protection=deletion_protection,
                drop_invalid_header_fields=True,
                desync_mitigation_mode=desync_mitigation_mode,
                ip_address_type=ip_address_type,
            )
            for kind, bucket in ((ACCESS, log_bucket), (CONNECTIONS, log_bucket if connection_logs else None)):
                _log(made, kind, bucket)
            self.load_balancer: elbv2.IApplicationLoadBalancer = made
        else:
            self.load_balancer = load_balancer
            self.security_group = load_balancer.connections.security_groups[0]
        nothing_here = elbv2.ListenerAction.fixed_response(
            404, content_type="text/plain", message_body="no service answers this address\n"
        )
        to_https = elbv2.ListenerAction.redirect(protocol="HTTPS", port="443", permanent=True)
        self.listener = self._listener("Http", 80, to_https if certificates else nothing_here)
        if certificates:
            self.listener = self._listener(
                "Https",
                443,
                nothing_here,
                certificates=[*certificates],
                ssl_policy=ssl_policy,
                mutual_authentication=mutual_authentication,
            )

    @property
    def full_name(self) -> str:
        """`app/<name>/<id>`, by which its metrics are found."""
        return Fn.select(1, Fn.split("loadbalancer/", self.load_balancer.load_balancer_arn))

    def _listener(
        self,
        id: str,
        port: int,
        default: elbv2.ListenerAction,
        certificates: list[elbv2.IListenerCertificate | acm.ICertificate] | None = None,
        ssl_policy: elbv2.SslPolicy | None = None,
        mutual_authentication: elbv2.MutualAuthentication | None = None,
    ) -> elbv2.ApplicationListener:
        return elbv2.ApplicationListener(
            self,
            id,
            load_balancer=self.load_balancer,
            port=port,
            open=False,  # the security group says who may connect
            certificates=certificates,
            ssl_policy=ssl_policy,
            mutual_authentication=mutual_authentication,
            default_action=default,
        )

    def _security_group(
        self, vpc: ec2.IVpc, clients: Sequence[ec2.IPeer], ports: Sequence[int], *, https_outbound: bool
    ) -> ec2.SecurityGroup:
        """In from clients to its ports, out to the VPC (and to identity providers)."""
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Load balancer of the services", allow_all_outbound=False
        )
        for port in ports:
            name = "HTTPS" if port == 443 else "HTTP"
            for client in clients:
                group.add_ingress_rule(client, ec2.Port.tcp(port), name)
        group.add_egress_rule(ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.tcp_range(1, 65535), "to containers in the VPC")
        if https_outbound:
            group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "to identity providers")
        return group


def _clients(vpc: ec2.IVpc, internet_facing: bool, ip_address_type: elbv2.IpAddressType) -> list[ec2.IPeer]:
    """The world, or the VPC, all of which has IPv4 as well."""
    if not internet_facing:
        return [ec2.Peer.ipv4(vpc.vpc_cidr_block)]
    by_ipv6 = [ec2.Peer.any_ipv6()] if ip_address_type != elbv2.IpAddressType.IPV4 else []
    return [ec2.Peer.any_ipv4(), *by_ipv6]


def _log(balancer: elbv2.ApplicationLoadBalancer, kind: str, bucket: LogBucket | None) -> None:
    """By attributes: CDK's own way wants to know the region at synth. What is written to must be allowed before.

    Without a bucket it says so: an attribute that is only left out of a template may stay as it was.
    """
    balancer.set_attribute(f"{kind}_logs.s3.enabled", "true" if bucket else "false")
    if not bucket:
        return
    balancer.set_attribute(f"{kind}_logs.s3.bucket", bucket.bucket_name)
    balancer.set_attribute(f"{kind}_logs.s3.prefix", kind)
    if bucket.policy:
        balancer.node.add_dependency(bucket.policy)
