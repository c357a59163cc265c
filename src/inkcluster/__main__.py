"""``python -m inkcluster`` is the command line."""

from inkcluster.cli import main

if __name__ == "__main__":
    main()
