"""`python -m broker`: the same commands as `broker`."""

from broker.cli.app import run

run()
