"""Tests open task after task for one holder: a folder whose limits let them."""


def plenty(config):
    """Raise the limits of `[tasks]` in a broker.toml as `broker init` writes it."""
    text = config.read_text(encoding="utf-8")
    for usual, raised in (("# open = 3 ", "open = 1000000 "), ("# per_hour = 20", "per_hour = 1000000")):
        assert usual in text
        text = text.replace(usual, raised)
    config.write_text(text, encoding="utf-8")
