"""The data plane of the load balancers: which rule a request meets, which target gets it, and the bytes between them."""
