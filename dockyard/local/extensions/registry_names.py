"""A repository has a name as AWS takes it, by call and by template.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
"""

from typing import Any

from ministack.services import ecr
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance
from dockyard.local.registry.names import fault


def install(_: Instance) -> None:
    """Check before it is made."""
    make = ecr._create_repository
    handler = provisioners._RESOURCE_HANDLERS["AWS::ECR::Repository"]
    create = handler["create"]

    def create_repository(data: dict[str, Any]) -> Any:
        wrong = fault(data.get("repositoryName", ""))
        return ecr.error_response_json("InvalidParameterException", wrong, 400) if wrong else make(data)

    def create_checked(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        wrong = "RepositoryName" in props and fault(props["RepositoryName"])
        if wrong:
            raise ValueError(f'Resource handler returned message: "{wrong}"')
        return create(logical_id, props, stack)

    ecr._create_repository = create_repository
    handler["create"] = create_checked
