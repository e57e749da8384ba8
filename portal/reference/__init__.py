"""The portal explained by itself: pages and documents made from the tables it runs on."""
