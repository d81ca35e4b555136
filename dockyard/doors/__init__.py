"""The only modules with effects outside of the project's folder: processes, the Docker engine, AWS."""
