"""What a station does, a use case a file: read facts, ask the core, append to the journal; one transaction each."""
