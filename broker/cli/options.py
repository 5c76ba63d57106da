"""The options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from broker import settings
from broker.settings import Settings

Config = Annotated[Path, typer.Option("--config", envvar="BROKER_CONFIG", help="Where broker.toml lies.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

CONFIG = Path("broker.toml")


def given(config: Path) -> Settings:
    """The settings. Raises ConfigError."""
    return settings.read(config)
