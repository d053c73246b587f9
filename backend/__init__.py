"""The reference merchant: a photo-booth shop that takes payments through Payme, done right."""
