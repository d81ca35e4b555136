"""GitHub, as the jobs of a workflow reach it: comments on a pull request, and whether what began the job is still so."""

from dataclasses import dataclass, field
from typing import Any

import requests

from dockyard.doors.unanswered import reason
from dockyard.errors import DockyardError

_TIMEOUT = 30.0
_PAGE = 100
BOT = "github-actions[bot]"
"""Who writes what is sent with a job's token."""
LONGEST = 65_536
"""Characters of a comment."""


@dataclass(frozen=True)
class GitHub:
    """One repository. https://docs.github.com/en/rest/issues/comments"""

    api: str
    """`https://api.github.com`, or that of a server of one's own."""
    repository: str
    """OWNER/NAME."""
    token: str = field(repr=False)

    def comment(self, pull_request: int, marker: str, text: str) -> str:
        """Put a comment there, in the place of the job's own with that marker; its address. Raises DockyardError."""
        body = {"body": f"{marker}\n{text}"[:LONGEST]}
        issue = f"repos/{self.repository}/issues"
        page = 1
        while found := self._asked("GET", f"{issue}/{pull_request}/comments?per_page={_PAGE}&page={page}"):
            for one in found:
                if one["user"]["login"] == BOT and (one["body"] or "").startswith(f"{marker}\n"):
                    return str(self._asked("PATCH", f"{issue}/comments/{one['id']}", body)["html_url"])
            if len(found) < _PAGE:
                break
            page += 1
        return str(self._asked("POST", f"{issue}/{pull_request}/comments", body)["html_url"])

    def is_open(self, pull_request: int) -> bool:
        """Whether the pull request is open. Raises DockyardError."""
        path = f"repos/{self.repository}/pulls/{pull_request}"
        return bool(self._asked("GET", path, needs="pull-requests: read")["state"] == "open")

    def head(self, branch: str) -> str:
        """The commit that a branch is at. Raises DockyardError."""
        path = f"repos/{self.repository}/git/ref/heads/{branch}"
        return str(self._asked("GET", path, needs="contents: read")["object"]["sha"])

    def _asked(self, method: str, path: str, body: dict[str, str] | None = None, *, needs: str = "pull-requests: write") -> Any:
        headers = {"Accept": "application/vnd.github+json", "Authorization": f"Bearer {self.token}"}
        try:
            answer = requests.request(method, f"{self.api}/{path}", json=body, headers=headers, timeout=_TIMEOUT)
        except requests.RequestException as error:
            raise DockyardError(f"{self.api}: {reason(error, self.api.partition('://')[2])}") from error
        if not answer.ok:
            hint = f"the job needs: permissions: {{{needs}}}" if answer.status_code == 403 else None
            raise DockyardError(f"{self.api}/{path.partition('?')[0]}: {method}: {answer.status_code} {answer.reason}", hint=hint)
        return answer.json()
