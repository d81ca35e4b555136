"""Roles that jobs of GitHub Actions take on by their own tokens: no secret is stored anywhere."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam

from constructs import Construct
from dockyard_constructs.image_repository import PublishingRole

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
_DEPLOYS = ("deploy", "file-publishing", "lookup")
_LOOKS = ("lookup",)


class GitHubPipeline(Construct):
    """A role for each environment, one for pull requests that may only look, and one for previews.

    Each trusts tokens of just one repository with a given subject, and those of environments that are of the branch besides, as
    whoever may push a branch may write a workflow that names any environment. All by `StringEquals`, without wildcards. What they
    may do is to take on roles of the CDK's bootstrap and the one that pushes this application's images, nothing else.

    A pull request from a fork gets none of them: GitHub gives its jobs no token. One from a repository of its own names that.
    https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        application: str,
        subject: str,
        repository: str,
        branch: str = "main",
        environments: Mapping[str, str],
        readers: Mapping[str, Sequence[str]] | None = None,
        plans: bool = True,
        previews: Sequence[str] = (),
        provider: iam.IOidcProvider | None = None,
        qualifier: str = "hnb659fds",
        session: Duration | None = None,
    ) -> None:
        """Make provider and roles.

        :param application: name of the application, as of `PublishingRole`.
        :param subject: what the claim `sub` begins with: `repo:acme/shop`, or with ids `repo:acme@1234/shop@5678`.
        :param repository: the claim `repository`: `acme/shop`.
        :param branch: whose jobs deploy to the environments.
        :param environments: name of each in GitHub to the region that it deploys to.
        :param readers: environment to ARNs of roles in other accounts or regions that its jobs take on to read what they promote.
        :param plans: make the role of pull requests that may only look. Default: yes.
        :param previews: regions that pull requests deploy previews to, and jobs of the branch remove them from. Default: none,
            and there is no such role.
        :param provider: the account's identity provider for GitHub. Default: it is made; an account has only one.
        :param qualifier: what the names of the bootstrap's roles have in common. Default: CDK's.
        :param session: how long a job may use its role, 1 to 12 hours. Default: 1 hour.
        """
        super().__init__(scope, id)
        self._application, self._qualifier = application, qualifier
        self._repository, self._subject = repository, subject
        self._session = session or Duration.hours(1)
        self.provider = provider or iam.OidcProviderNative(self, "Provider", url=f"https://{ISSUER}", client_ids=[AUDIENCE])
        ref = f"refs/heads/{branch}"
        self.roles = {
            name: self._role(f"Role-{name}", _DEPLOYS, [region], [f"environment:{name}"], ref, (readers or {}).get(name, ()))
            for name, region in environments.items()
        }
        """By environment."""
        pull_request = "pull_request"
        regions = list(dict.fromkeys([*environments.values(), *previews]))
        self.plan_role = self._role("PlanRole", _LOOKS, regions, [pull_request]) if plans else None
        self.preview_role = self._role("PreviewRole", _DEPLOYS, previews, [pull_request, f"ref:{ref}"]) if previews else None

    def _role(
        self,
        id: str,
        purposes: Sequence[str],
        regions: Sequence[str],
        subjects: Sequence[str],
        ref: str | None = None,
        others: Sequence[str] = (),
    ) -> iam.Role:
        claims: Mapping[str, str | list[str]] = {
            "aud": AUDIENCE,
            "repository": self._repository,
            "sub": [f"{self._subject}:{subject}" for subject in subjects],
            **({"ref": ref} if ref else {}),
        }
        role = iam.Role(
            self,
            id,
            assumed_by=iam.WebIdentityPrincipal(
                self.provider.oidc_provider_arn, {"StringEquals": {f"{ISSUER}:{claim}": value for claim, value in claims.items()}}
            ),
            description=f"Jobs of GitHub Actions for {self._application}, of {' or '.join(claims['sub'])}",
            max_session_duration=self._session,
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["sts:AssumeRole"], resources=[*(arn for one in regions for arn in self._arns(purposes, one)), *others]
            )
        )
        return role

    def _arns(self, purposes: Sequence[str], region: str) -> list[str]:
        """Of the bootstrap's roles for these purposes and, where something is deployed, the role that pushes images."""
        stack = Stack.of(self)
        names = [f"cdk-{self._qualifier}-{purpose}-role-{stack.account}-{region}" for purpose in purposes]
        if "deploy" in purposes:
            names.append(PublishingRole.name_of(self._application, stack.account, region))
        return [stack.format_arn(service="iam", region="", resource="role", resource_name=name) for name in names]
