"""What `sim budget` writes and says: tables that tie, one page, the first screen."""
