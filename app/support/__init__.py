"""`tillside report`: what a station can tell a supporter about itself, without a word about any person."""
