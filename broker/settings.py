"""Where the broker finds its files and where it listens: `broker.toml`, never policy."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from broker.model.faults import ConfigError, Problem

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(_Strict):
    host: str = "127.0.0.1"
    port: int = Field(default=8750, ge=0, le=65535)  # 0: any free one
    url: str | None = None  # how agents reach it: the tokens' audience
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tcp: bool = True  # False: `socket` is the only door
    socket: Path | None = None  # a unix socket, beside the port
    socket_mode: Literal["0600", "0660"] = "0600"  # 0660: for the users of its group too
    hosts: tuple[str, ...] = ()  # more Host headers that are ours
    origins: tuple[str, ...] = ()  # browser origins that may call
    max_body: int = Field(default=1 << 20, ge=1024)  # bytes of one request

    @model_validator(mode="after")
    def _no_clear_text_on_a_network(self) -> Self:
        if self.host not in LOOPBACK and (self.tls_cert is None or self.tls_key is None):
            raise ValueError("without `tls_cert` and `tls_key` the broker listens on loopback only")
        return self

    @model_validator(mode="after")
    def _a_door(self) -> Self:
        if not self.tcp and self.socket is None:
            raise ValueError("without `tcp` there must be a `socket`")
        return self

    @model_validator(mode="after")
    def _a_certificate_and_its_key(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("`tls_cert` and `tls_key` go together")
        return self


class Store(_Strict):
    url: str = "sqlite:///data/broker.db"


class Log(_Strict):
    deadline: float = Field(default=5.0, gt=0)  # seconds that a record may take to become durable


class Tasks(_Strict):
    """What one holder, a user with an agent, may open."""

    open: int = Field(default=3, ge=1)  # at a time
    per_hour: int = Field(default=20, ge=1)


class Issuer(_Strict):
    """An OpenID provider whose access tokens say who a user is."""

    url: str  # its `iss`, letter for letter
    jwks: str | None = None  # where its keys are; else its own metadata says
    audience: str | None = None  # what its tokens for the broker name as `aud`; else the broker's URL
    types: tuple[str, ...] = ("at+jwt",)  # of its access tokens
    algorithms: tuple[str, ...] = ("RS256",)
    roles_claim: str = "roles"
    roles: dict[str, str] = Field(default_factory=dict)  # value of that claim -> role
    delegates: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # client -> agents for whoever signed in there


class Agent(_Strict):
    """A registered agent."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)
    key: Path  # its public key, a JWK
    owner: str
    model: str
    provider: str
    region: str | None = None
    review_by: date
    roles: tuple[str, ...] = ()  # as which it works for itself


class Identity(_Strict):
    issuers: tuple[Issuer, ...] = ()
    agents: tuple[Agent, ...] = ()


class Governance(_Strict):
    overdue: Literal["warn", "deny"] = "warn"  # a source whose `review_by` has passed


class Class(_Strict):
    """A class of the house's own."""

    rank: int = Field(ge=0, le=100)
    action: str


class Settings(_Strict):
    root: Path  # the folder of broker.toml; relative paths start here
    tools: Path = Path("tools")
    scopes: Path = Path("scopes")
    keys: Path = Path("keys")
    server: Server = Server()
    store: Store = Store()
    log: Log = Log()
    tasks: Tasks = Tasks()
    governance: Governance = Governance()
    identity: Identity = Identity()
    classes: dict[str, Class] = Field(default_factory=dict)

    def at(self, path: Path) -> Path:
        """`path`, from the folder of broker.toml."""
        return self.root / path


def read(path: Path) -> Settings:
    """The settings in `path`. Raises ConfigError with every problem at once."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        return Settings.model_validate({**said, "root": path.parent})
    except FileNotFoundError:
        mend = f"run `broker init {path.parent}` to make one, or name yours with --config"
        raise ConfigError([Problem(file=str(path), expected="no such file", mend=mend)]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(file=str(path), expected=f"cannot be read ({type(error).__name__})")]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem(file=str(path), expected=f"not TOML: {error}")]) from None
    except ValidationError as error:
        found = [
            Problem(file=str(path), field=".".join(map(str, one["loc"])), expected=one["msg"].lower())
            for one in error.errors()
        ]
        raise ConfigError(found) from None
