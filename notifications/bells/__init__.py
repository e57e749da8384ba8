"""What rings without a case: outages and other words to many, closed days, and own failures."""
