"""The demonstration: a county's real municipalities and invented people, told through the same actions as all else."""
