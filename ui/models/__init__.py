"""View-models: what a page shows as a frozen state, what a person may do as methods; tested without a window."""
