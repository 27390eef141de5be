"""The measurements behind docs/benchmarks.md. `make bench` runs them all on the machine at hand."""
