"""``python -m inkcluster`` and the script ``inkcluster`` are the command line."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is imported ends it as later on."""
    try:
        from inkcluster.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
