"""A run's folder read into small results, once for all sessions that watch it."""
