"""Tests of the pages' common look."""
