"""The stations' journals at HQ: stored whole, replayed, judged, posted."""
