"""What a registry of images is made of, whichever server answers for it: files, manifests, policies, tokens."""
