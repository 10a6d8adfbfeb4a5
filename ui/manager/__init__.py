"""The pages of the manager, each imported when it is first turned to."""
