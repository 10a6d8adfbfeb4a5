"""Which of HQ's keys are good, and the sets of them that stations get."""
