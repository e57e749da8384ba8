"""Find a Local Enroller: the public search, its map, and a page for every place (FL-01…FL-05)."""
