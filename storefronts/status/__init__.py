"""What becomes of an application: where it stands, what is asked, how it ends (SF-04…SF-08)."""
