"""What the parts of a plan are: frozen records, a file for each subject, which `plan.py` puts together."""
