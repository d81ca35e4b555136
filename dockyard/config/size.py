"""Sizes that Fargate offers (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size)."""

from dockyard.config.problems import one_of

FARGATE_MEMORY_MIB: dict[float, tuple[int, ...]] = {
    0.25: (512, 1024, 2048),
    0.5: tuple(range(1024, 4096 + 1, 1024)),
    1: tuple(range(2048, 8192 + 1, 1024)),
    2: tuple(range(4096, 16384 + 1, 1024)),
    4: tuple(range(8192, 30720 + 1, 1024)),
    8: tuple(range(16384, 61440 + 1, 4096)),
    16: tuple(range(32768, 122880 + 1, 8192)),
}
"""vCPU to the memory sizes (MiB) that go with it, Linux."""


def fargate_problem(cpu: float, memory: float | None) -> tuple[str, str] | None:
    """The key that is wrong (`cpu` or `memory`) and why; None where Fargate offers this pair of vCPU and MiB.

    :param memory: None where it is no size, of which its model tells.
    """
    sizes = FARGATE_MEMORY_MIB.get(cpu)
    if sizes is None:
        return "cpu", f"should be {one_of([f'{size:g}' for size in FARGATE_MEMORY_MIB])} (vCPU) on Fargate, got {cpu:g}"
    if memory is None or memory in sizes:
        return None
    step = sizes[1] - sizes[0]
    allowed = f"{sizes[0]} to {sizes[-1]} in steps of {step}" if len(sizes) > 3 else one_of([str(size) for size in sizes])
    return "memory", f"should be {allowed} (MiB) with cpu {cpu:g} on Fargate, got {memory:g}"
