"""ResolvedSpec -> what Grafana shows of one deployment."""
