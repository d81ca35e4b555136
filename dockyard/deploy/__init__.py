"""A deploy as a list of steps: build, synthesize, push, change the stacks that differ, tell where the services answer."""
