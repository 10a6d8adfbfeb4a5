"""Data files, the one way to read them, and the languages in which there are sentences."""

LANGUAGES = ("en", "ko", "id", "tr", "ru")  # English stands in the source, the others in i18n/
