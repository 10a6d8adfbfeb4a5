"""Measurements of Tillside, as ratios to floors measured in the same run. Modules without `_` are benchmarks."""
