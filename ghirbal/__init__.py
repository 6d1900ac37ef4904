"""Placeholder; the owner writes the re-exports."""
