"""HTTPS listeners: which certificate a client is shown, and what a listener must have.

- The default certificate, or, of those that were added to the listener, the one that has the name that the client asks for.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
- TLS 1.2 or 1.3, as the security policy says. Older versions, which some policies allow, are not spoken here.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
- A certificate of the client, where the listener wants one (`trust_stores`).
"""

import functools
import os
import ssl
import tempfile
from collections.abc import Callable
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import acm, alb
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions import certificates, trust_stores
from dockyard.local.extensions.instance import Instance

TYPE = "AWS::ElasticLoadBalancingV2::ListenerCertificate"
_MORE = "_more_certificates"

Params = dict[str, Any]


def install(_: Instance) -> None:
    """Refuse what AWS refuses; add, remove and list certificates."""
    create, modify = alb._create_listener, alb._modify_listener

    def create_listener(params: Params) -> Any:
        secure = alb._p(params, "Protocol") in alb._SECURE_PROTOCOLS
        return _fault(alb._parse_certificate_arns(params), wanted=secure) or create(params)

    def modify_listener(params: Params) -> Any:
        return _fault(alb._parse_certificate_arns(params), wanted=False) or modify(params)

    alb._create_listener = alb._ACTION_MAP["CreateListener"] = create_listener
    alb._modify_listener = alb._ACTION_MAP["ModifyListener"] = modify_listener
    alb._ACTION_MAP["AddListenerCertificates"] = _add
    alb._ACTION_MAP["RemoveListenerCertificates"] = _remove
    alb._ACTION_MAP["DescribeListenerCertificates"] = _describe
    _in_templates()


def context(listener_arn: str, account: str, region: str) -> ssl.SSLContext:
    """TLS as the listener has it at the moment of each handshake. No certificate, no handshake."""

    def clients() -> trust_stores.Clients:
        with request_scope(account, region):
            return trust_stores.clients_of(alb._listeners.get(listener_arn) or {})

    outer = _ServerContext(ssl.PROTOCOL_TLS_SERVER)
    outer.clients = clients
    outer.set_alpn_protocols(["http/1.1"])

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        with request_scope(account, region):
            listener = alb._listeners.get(listener_arn) or {}
            chosen = _chosen(listener, (name or "").lower())
            if chosen is None:
                return ssl.ALERT_DESCRIPTION_INTERNAL_ERROR
            connection.context = _loaded(*chosen, _oldest(listener), trust_stores.clients_of(listener).authorities)
        return None

    outer.sni_callback = choose
    return outer


class _ServerContext(ssl.SSLContext):
    """One whose wish for a certificate of the client is looked up at each connection: OpenSSL takes it over as that begins, and
    keeps it when the context is changed for another, by which the certificate is then checked.
    """

    clients: Callable[[], trust_stores.Clients]

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """As asyncio begins a connection."""
        wanted = self.clients()
        self.verify_mode, self.verify_flags = wanted.mode, wanted.flags
        return super().wrap_bio(*args, **kwargs)


def _chosen(listener: Params, name: str) -> tuple[str, str] | None:
    """Certificate and key for a server name: an exact name goes before a wildcard, and both before the default."""
    default, more = listener.get("Certificates", []), listener.get(_MORE, [])
    found = [(arn, certificates.names(acm._certificates[arn])) for arn in [*default, *more] if arn in acm._certificates]
    wildcard = f"*.{name.partition('.')[2]}"
    best = next((arn for wanted in (name, wildcard) for arn, names in found if wanted in names), None)
    arn = best or next(iter(default), None)
    return certificates.pem(arn) if arn else None


def _oldest(listener: Params) -> ssl.TLSVersion:
    """By the name of the policy: `…TLS13-1-3…` has TLS 1.3 alone."""
    return ssl.TLSVersion.TLSv1_3 if "TLS13-1-3" in listener.get("SslPolicy", "") else ssl.TLSVersion.TLSv1_2


@functools.lru_cache(maxsize=256)
def _loaded(certificate: str, key: str, oldest: ssl.TLSVersion, authorities: str) -> ssl.SSLContext:
    """OpenSSL reads files alone: one that only we can read, and that is gone at once."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = oldest
    made.set_alpn_protocols(["http/1.1"])
    if authorities:
        made.load_verify_locations(cadata=authorities)
    handle, path = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "w") as file:
            file.write(f"{key.rstrip()}\n{certificate}")
        made.load_cert_chain(path)
    finally:
        os.unlink(path)  # noqa: PTH108
    return made


def _fault(arns: list[str], *, wanted: bool) -> Any:
    """An answer that refuses; None where all is well."""
    if wanted and not arns:
        return alb._error("CertificateNotFound", "A certificate must be specified for HTTPS listeners")
    unknown = next((arn for arn in arns if not acm._get_local_certificate(arn)), None)
    return unknown and alb._error("CertificateNotFound", f"Certificate ARN '{unknown}' is not valid")


def _add(params: Params) -> Any:
    arns = alb._parse_certificate_arns(params)
    return _fault(arns, wanted=False) or _with_listener(params, "AddListenerCertificates", lambda one: _joined(one, arns))


def _remove(params: Params) -> Any:
    arns = alb._parse_certificate_arns(params)
    return _with_listener(
        params, "RemoveListenerCertificates", lambda one: [arn for arn in one.get(_MORE, []) if arn not in arns]
    )


def _joined(listener: Params, arns: list[str]) -> list[str]:
    return list(dict.fromkeys([*listener.get(_MORE, []), *arns]))


def _with_listener(params: Params, action: str, more: Callable[[Params], list[str]]) -> Any:
    listener = alb._listeners.get(alb._p(params, "ListenerArn"))
    if listener is None:
        return alb._error("ListenerNotFound", f"Listener '{alb._p(params, 'ListenerArn')}' not found")
    if listener["Protocol"] not in alb._SECURE_PROTOCOLS:
        return alb._error("InvalidConfigurationRequest", "Certificates can be added to HTTPS and TLS listeners only")
    listener[_MORE] = more(listener)
    return alb._xml(200, action, _members(listener[_MORE], default=False) if action.startswith("Add") else "")


def _describe(params: Params) -> Any:
    listener = alb._listeners.get(alb._p(params, "ListenerArn"))
    if listener is None:
        return alb._error("ListenerNotFound", f"Listener '{alb._p(params, 'ListenerArn')}' not found")
    default, more = listener.get("Certificates", []), listener.get(_MORE, [])
    told = _member_list(default, default=True) + _member_list([arn for arn in more if arn not in default], default=False)
    return alb._xml(200, "DescribeListenerCertificates", f"<Certificates>{told}</Certificates>")


def _members(arns: list[str], *, default: bool) -> str:
    return f"<Certificates>{_member_list(arns, default=default)}</Certificates>"


def _member_list(arns: list[str], *, default: bool) -> str:
    flag = str(default).lower()
    return "".join(f"<member><CertificateArn>{arn}</CertificateArn><IsDefault>{flag}</IsDefault></member>" for arn in arns)


def _in_templates() -> None:
    """`Certificates` of AWS::ElasticLoadBalancingV2::ListenerCertificate, which has one or more, and the checks of Listener."""
    handlers = provisioners._RESOURCE_HANDLERS
    tls = provisioners._elbv2_listener_tls

    def listener_tls(listener: Params, props: Params) -> None:
        arns = [one["CertificateArn"] for one in props.get("Certificates") or []]
        fault = _fault(arns, wanted=listener["Protocol"] in alb._SECURE_PROTOCOLS)
        if fault:
            raise ValueError(fault[2].decode().partition("<Message>")[2].partition("</Message>")[0])
        tls(listener, props)

    def create(logical_id: str, props: Params, _: str) -> Any:
        arns = [one["CertificateArn"] for one in props["Certificates"]]
        listener = alb._listeners.get(props["ListenerArn"])
        if listener is None or _fault(arns, wanted=False):
            raise ValueError(f"listener or certificate not found: {props['ListenerArn']}, {arns}")
        listener[_MORE] = _joined(listener, arns)
        return f"{props['ListenerArn']}|{logical_id}", {}

    def delete(_: str, props: Params) -> None:
        arns = {one["CertificateArn"] for one in props["Certificates"]}
        if listener := alb._listeners.get(props["ListenerArn"]):
            listener[_MORE] = [arn for arn in listener.get(_MORE, []) if arn not in arns]

    def update(physical_id: str, old: Params, new: Params, stack: str) -> Any:
        made = create(physical_id.rpartition("|")[2], new, stack)
        kept = new["Certificates"] if new["ListenerArn"] == old["ListenerArn"] else []
        delete(physical_id, {**old, "Certificates": [one for one in old["Certificates"] if one not in kept]})
        return made

    provisioners._elbv2_listener_tls = listener_tls
    handlers[TYPE] = {"create": create, "update": update, "delete": delete}
