"""One file a format; `guard` stands between them and hostile files."""
