"""The window of the till to try the station with. It knows that till (app/till), how our windows look, and no more."""
