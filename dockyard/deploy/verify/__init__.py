"""What must be so before a deploy can go well: each check is a function over what AWS, or the engine, tells."""
