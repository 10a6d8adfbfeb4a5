"""What manager's pages read: a file derived from the journal, of which nothing is lost when it is thrown away."""
