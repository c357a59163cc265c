"""One figure a file, each with its data (`frame`) and its picture (`plot`)."""
