"""Which certificates clients of the load balancer show, in the platform's stack."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets

from dockyard.config import BundleInS3, MutualTls, ca_bundle_path
from dockyard_constructs import NO_CLIENT_CERTIFICATES


def mutual_authentication(stack: cdk.Stack, root: Path, settings: MutualTls | None) -> elbv2.MutualAuthentication:
    """What the HTTPS listeners say of them; the trust store is made where they are checked."""
    if settings is None:
        return NO_CLIENT_CERTIFICATES
    if not settings.verifies:
        return elbv2.MutualAuthentication(mutual_authentication_mode=elbv2.MutualAuthenticationMode.PASS_THROUGH)
    return elbv2.MutualAuthentication(
        mutual_authentication_mode=elbv2.MutualAuthenticationMode.VERIFY,
        trust_store=_trust_store(stack, root, settings),
        ignore_client_certificate_expiry=settings.ignore_client_certificate_expiry,
        advertise_trust_store_ca_names=settings.advertise_trust_store_ca_names,
    )


def _trust_store(stack: cdk.Stack, root: Path, settings: MutualTls) -> elbv2.TrustStore:
    """Other certificates change it in place: a file of the project is in S3 by the hash of what is in it."""
    bundle = settings.ca_bundle
    if isinstance(bundle, BundleInS3):
        bucket = s3.Bucket.from_bucket_name(stack, "Authorities", bundle.bucket)
        return elbv2.TrustStore(stack, "TrustStore", bucket=bucket, key=bundle.key, version=bundle.version)
    asset = s3_assets.Asset(stack, "Authorities", path=str(ca_bundle_path(root, settings)))
    return elbv2.TrustStore(stack, "TrustStore", bucket=asset.bucket, key=asset.s3_object_key)
