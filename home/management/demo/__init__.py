"""The demonstration: a county's real municipalities with invented people, told through the same actions as everything else."""
