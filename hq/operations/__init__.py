"""What those need who run an HQ: whether it is ready, its figures for Prometheus, and what it says of each request."""
