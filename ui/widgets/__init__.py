"""The pieces pages are made of. Each draws what it is given and sends a signal; none knows the model."""
