"""Jobs: long work that a person starts and watches, done in small steps that survive a restart."""
