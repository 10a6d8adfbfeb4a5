"""The rule builder: rules, conditions and effects of a program as forms that work without script, and back as JSON."""
