"""What head office stops, and for whom it holds until when."""
