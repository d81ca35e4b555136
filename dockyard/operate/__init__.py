"""What is done to what is deployed: its images listed, and the old ones removed."""
