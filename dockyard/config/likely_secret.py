"""What looks like a secret, by the name of its variable or by its own form."""

import re

_NAMES = re.compile(
    r"(^|_)(PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|SIGNING_?KEY)(_|$)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(_(FILE|PATH|DIR|ID|NAME|ARN|URL|URI|HOST|TTL|TIMEOUT|LENGTH|SIZE|AGE|DAYS|HOURS|MINUTES|SECONDS|EXPIRY|EXPIRES|ALGORITHM|TYPE"
    r"|COUNT|LIMIT|ENABLED|REQUIRED|HEADER|POLICY)|_EXPIRES?_IN)$",
    re.IGNORECASE,
)
"""Endings of names of what is about a secret, and none itself."""
_FORMS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10}|\b[sr]k_live_[A-Za-z0-9]{16}|\bglpat-[\w-]{20}|\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+"
    r"|^[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s:@]+@",
    re.IGNORECASE,
)
"""Private keys, keys of AWS, tokens of GitHub, Slack, Stripe and GitLab, JSON web tokens, addresses with a password."""
_PLAIN = re.compile(r"|true|false|yes|no|on|off|none|null|-?[\d.]+|\$\{?\w+\}?|<.*>", re.IGNORECASE)
"""What is a secret by no name."""


def looks_secret(name: str, value: str) -> bool:
    """Whether it should rather be among the secrets."""
    by_name = bool(_NAMES.search(name)) and not _ABOUT.search(name) and not _PLAIN.fullmatch(value)
    return by_name or bool(_FORMS.search(value))
