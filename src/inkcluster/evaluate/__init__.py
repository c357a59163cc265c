"""How good, how stable, how many: judging a clustering."""
