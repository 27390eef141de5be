"""`python -m callcoach` is the same as the `callcoach` command."""

from callcoach.cli.main import run

if __name__ == "__main__":
    run()
