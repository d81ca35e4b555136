"""The local AWS: ministack with what it lacks, and base images where no registry can be reached."""
