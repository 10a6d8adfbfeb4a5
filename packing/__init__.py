"""Packs the station into one folder (PyInstaller) and that into a Debian package: `./tillside package`."""
