"""The rules of compiled models -> unit tests of them, and what Prometheus's own `promtool` says."""
