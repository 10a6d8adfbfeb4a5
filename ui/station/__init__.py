"""The pages of the station, one for each Screen."""
