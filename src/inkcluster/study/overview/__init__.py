"""What the report shows of a run before its answers: groups and thumbnails."""
