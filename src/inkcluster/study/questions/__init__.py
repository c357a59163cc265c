"""The questions of a study, one file each."""
