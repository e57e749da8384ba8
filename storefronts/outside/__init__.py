"""How other sites and programs reach the finder: an API, a frame, a map of its pages."""
