"""What performs a migration: what to do comes from the engine, and is done here."""
