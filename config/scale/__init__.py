"""Scale and speed: a large invented population, and what the portal costs when it holds it.

``manage.py seed_scale`` fills one exchange; ``manage.py bench`` measures the portal beside bare
pages of the same rows. ``docs/reference/performance.md`` says what was found.
"""
