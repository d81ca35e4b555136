"""Mutual TLS: HTTPS listeners let nobody connect who has no certificate of an authority of their trust store.

- A trust store is made by a template, from a bundle in S3 that must be there and hold certificates; one in use is not deleted.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTrustStore.html
- Expiry is that of the whole chain here, names of authorities are not told, and with `passthrough` no certificate is asked for.
"""

import ssl
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, new_uuid
from ministack.services import alb, s3
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance

TYPE = "AWS::ElasticLoadBalancingV2::TrustStore"
_SETTING = "MutualAuthentication"
_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME: https://docs.openssl.org/master/man3/X509_VERIFY_PARAM_set_flags/"""

Data = dict[str, Any]
_stores = AccountRegionScopedDict()
_given: ContextVar[Data | None] = ContextVar("_given", default=None)
"""What the call under way says of mutual authentication."""


def install(_: Instance) -> None:
    """Make trust stores, and note which one a listener has; `https_listeners` asks for it at each handshake."""
    handler = {"create": _create, "update": _update, "update_with_logical_id": True, "delete": _delete}
    provisioners._RESOURCE_HANDLERS[TYPE] = handler
    tls, apply, told = provisioners._elbv2_listener_tls, alb._apply_tls_settings, alb._listener_xml

    def listener_tls(listener: Data, props: Data) -> None:
        tls(listener, props)
        if fault := _note(listener, props.get(_SETTING)):
            raise ValueError(fault)

    def apply_tls_settings(listener: Data, *settings: Any) -> None:
        apply(listener, *settings)
        if given := _given.get():
            _note(listener, given)

    provisioners._elbv2_listener_tls = listener_tls
    alb._apply_tls_settings = apply_tls_settings
    alb._create_listener = alb._ACTION_MAP["CreateListener"] = _noting(alb._create_listener)
    alb._modify_listener = alb._ACTION_MAP["ModifyListener"] = _noting(alb._modify_listener)
    alb._listener_xml = lambda listener: _with_setting(told(listener), listener.get(_SETTING))


def kept() -> list[list[Any]]:
    """The trust stores."""
    return [[*key, store] for key, store in list(_stores._data.items())]


def restore(kept: list[list[Any]]) -> None:
    """As they were."""
    for *key, store in kept:
        _stores._data[tuple(key)] = store


@dataclass(frozen=True)
class Clients:
    """What clients of a listener must show: by default nothing."""

    authorities: str = ""
    """PEM."""
    mode: ssl.VerifyMode = ssl.CERT_NONE
    flags: ssl.VerifyFlags = ssl.VERIFY_X509_TRUSTED_FIRST


def clients_of(listener: Data) -> Clients:
    """Whose certificates it wants at this moment."""
    setting = listener.get(_SETTING) or {}
    if setting.get("Mode") != "verify":
        return Clients()
    late = ssl.VERIFY_X509_TRUSTED_FIRST | _NO_CHECK_TIME
    flags = late if _is_true(setting.get("IgnoreClientCertificateExpiry")) else ssl.VERIFY_X509_TRUSTED_FIRST
    return Clients(_stores[setting["TrustStoreArn"]]["bundle"], ssl.CERT_REQUIRED, flags)


def _create(logical_id: str, props: Data, stack: str) -> Any:
    name = props.get("Name") or provisioners._physical_name(stack, logical_id, max_len=32)
    place = f"{get_region()}:{get_account_id()}"
    arn = f"arn:aws:elasticloadbalancing:{place}:truststore/{name}/{new_uuid().replace('-', '')[:16]}"
    _stores[arn] = {"name": name, "bundle": _bundle(props)}
    return arn, _attributes(arn)


def _update(arn: str, old: Data, new: Data, stack: str, logical_id: str) -> Any:
    if old.get("Name") != new.get("Name"):
        return _create(logical_id, new, stack)
    _stores[arn]["bundle"] = _bundle(new)
    return arn, _attributes(arn)


def _delete(arn: str, _: Data) -> None:
    if any((listener.get(_SETTING) or {}).get("TrustStoreArn") == arn for listener in list(alb._listeners.values())):
        raise ValueError(f"Trust store '{arn}' is currently in use by a listener")
    _stores.pop(arn, None)


def _attributes(arn: str) -> Data:
    number = len(x509.load_pem_x509_certificates(_stores[arn]["bundle"].encode()))
    return {"TrustStoreArn": arn, "Status": "ACTIVE", "NumberOfCaCertificates": number}


def _bundle(props: Data) -> str:
    """The bundle's certificates as PEM. Raises ValueError in the words of Elastic Load Balancing."""
    bucket, key = props.get("CaCertificatesBundleS3Bucket", ""), props.get("CaCertificatesBundleS3Key", "")
    found = s3._get_object_data(bucket, key, props.get("CaCertificatesBundleS3ObjectVersion"))
    if found is None:
        raise ValueError(f"The specified CA certificates bundle does not exist: s3://{bucket}/{key}")
    try:
        read = x509.load_pem_x509_certificates(found)
    except ValueError:
        raise ValueError("The specified CA certificates bundle is in an invalid format, or corrupt.") from None
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in read)


def _note(listener: Data, setting: Data | None) -> str | None:
    """Have the listener want what is said, or tell why it cannot."""
    mode, store = (setting or {}).get("Mode", "off"), (setting or {}).get("TrustStoreArn")
    if setting and listener["Protocol"] != "HTTPS":
        return "Mutual authentication is of HTTPS listeners"
    if mode == "verify" and store not in _stores:
        return f"Trust store '{store}' not found"
    if mode != "verify" and store:
        return f"A trust store cannot be specified with mutual authentication mode '{mode}'"
    listener[_SETTING] = dict(setting or {"Mode": "off"})
    return None


def _noting(call: Callable[[Data], Any]) -> Callable[[Data], Any]:
    """A call that makes or changes a listener; what it does not say stays."""

    def noting(params: Data) -> Any:
        given = {name.partition(".")[2]: alb._p(params, name) for name in params if name.startswith(f"{_SETTING}.")}
        listener = {"Protocol": alb._p(params, "Protocol"), **(alb._listeners.get(alb._p(params, "ListenerArn")) or {})}
        if given and (fault := _note(listener, given)):
            return alb._error("InvalidConfigurationRequest", fault)
        token = _given.set(given)
        try:
            return call(params)
        finally:
            _given.reset(token)

    return noting


def _with_setting(told: str, setting: Data | None) -> str:
    if not setting:
        return told
    parts = "".join(f"<{name}>{alb._esc(_text(value))}</{name}>" for name, value in setting.items())
    return f"{told.removesuffix('</member>')}<{_SETTING}>{parts}</{_SETTING}></member>"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_true(value: Any) -> bool:
    return _text(value) == "true"
