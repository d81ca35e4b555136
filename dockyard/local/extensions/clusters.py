"""A cluster that has services is not deleted, neither by call nor with its stack.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
"""

from typing import Any

from ministack.services import cloudformation, ecs
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance

_REFUSAL = "The Cluster cannot be deleted while Services are active."


def install(_: Instance) -> None:
    """Look before."""
    by_call = ecs._delete_cluster
    handler = provisioners._RESOURCE_HANDLERS["AWS::ECS::Cluster"]
    by_template = handler["delete"]

    def delete_cluster(data: dict[str, Any]) -> Any:
        if _is_used(data.get("cluster", "default")):
            return ecs.error_response_json("ClusterContainsServicesException", _REFUSAL, 400)
        return by_call(data)

    def delete(physical_id: str, props: dict[str, Any]) -> None:
        _delete_cut_off(physical_id)
        if _is_used(physical_id):
            raise ValueError(f'Resource handler returned message: "{_REFUSAL}"')
        by_template(physical_id, props)

    ecs._delete_cluster = ecs._ACTION_MAP["DeleteCluster"] = delete_cluster
    handler["delete"] = delete


def _delete_cut_off(cluster: str) -> None:
    """Delete services that a stack was making when the local AWS ended: they have its name, and it does not know them."""
    prefix, stacks = f"{ecs._resolve_cluster_name(cluster)}/", list(cloudformation._stacks._data.values())
    known = {one.get("PhysicalResourceId") for stack in stacks for one in (stack.get("_resources") or {}).values()}
    for key, service in list(ecs._services.items()):
        made_by_stack = any(service["serviceName"].startswith(f"{stack['StackName']}-") for stack in stacks)
        if key.startswith(prefix) and made_by_stack and service["serviceArn"] not in known:
            ecs._delete_service({"cluster": cluster, "service": service["serviceName"], "force": True})


def _is_used(cluster: str) -> bool:
    prefix = f"{ecs._resolve_cluster_name(cluster)}/"
    return any(key.startswith(prefix) and one["status"] == "ACTIVE" for key, one in list(ecs._services.items()))
