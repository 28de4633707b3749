"""`python -m jalon.cli`: the console command where it is not installed."""

from jalon.cli import main

main()
