"""The station's own files: the journal, the replica and the keys. One connection, owned by one thread."""
