"""The station: the pure rules engine, its store, its use cases and the commands that start it all."""
