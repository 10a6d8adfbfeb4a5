"""Scenario tests of programs: case files and scenarios are decided by the engine and held against what they expect."""
