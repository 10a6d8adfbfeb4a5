"""How head office wants things: brand, languages of its texts, limits of stations, what new members agree to."""
