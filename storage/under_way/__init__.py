"""What the catalogue keeps of papers before they are stored: who has them, what they wait for, what went wrong."""
