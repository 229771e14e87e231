"""`python -m gateway` is `spicegate`."""

from gateway.cli import main

if __name__ == "__main__":
    main()
