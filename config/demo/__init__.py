"""The demonstration: three exchanges with invented people, so that every page has work to show.

Data are plain tables in this folder; everything is written through the rooms' own services.
"""
