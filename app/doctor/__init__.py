"""What `tillside doctor` looks at, in words, each with what to do."""
