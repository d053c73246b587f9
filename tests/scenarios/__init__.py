"""The catalogue against the catalogue: every rule has its scenario and a bug that breaks it."""
