"""Evaluate: one small module for each of its views, and what they share."""
