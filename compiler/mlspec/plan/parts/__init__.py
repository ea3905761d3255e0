"""What the parts of a plan are: frozen dataclasses, a file for each subject, which `plan.py` puts together."""
