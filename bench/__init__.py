"""Benchmarks, each beside a plain CDK app of the same shape, in one run: machines differ and are shared, ratios hold."""
