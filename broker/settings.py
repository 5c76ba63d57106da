"""Where the broker finds its files and where it listens: `broker.toml`, never policy."""

from __future__ import annotations

import tomllib
from datetime import date
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from broker.model.faults import ConfigError, Problem

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_EVERY = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - to be told from a name by which agents could come
_CUSTODY = r"^(file|kms|env:[A-Za-z_][A-Za-z0-9_]*)$"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(_Strict):
    host: str = "127.0.0.1"
    port: int = Field(default=8750, ge=0, le=65535)  # 0: any free one
    url: str | None = None  # how agents reach it: the tokens' audience
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tcp: bool = True  # False: `socket` is the only door
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()  # whose word on the outside is believed
    socket: Path | None = None  # a unix socket, beside the port
    socket_mode: Literal["0600", "0660"] = "0600"  # 0660: for the users of its group too
    hosts: tuple[str, ...] = ()  # more Host headers that are ours
    origins: tuple[str, ...] = ()  # browser origins that may call
    max_body: int = Field(default=1 << 20, ge=1024)  # bytes of one request

    @model_validator(mode="after")
    def _no_clear_text_on_a_network(self) -> Self:
        if self.host not in LOOPBACK and (self.tls_cert is None or self.tls_key is None) and not self.proxies:
            raise ValueError("without `tls_cert` and `tls_key`, or `proxies`, the broker listens on loopback only")
        if any(one.prefixlen == 0 for one in self.proxies):
            raise ValueError("`proxies` names some, not everybody")
        return self

    @model_validator(mode="after")
    def _an_address_for_agents(self) -> Self:
        if self.url is None:
            if self.proxies or (self.host in _EVERY and self.tls_cert is not None):
                raise ValueError("from here nobody can tell how agents reach it: say it as `url`")
            return self
        wrong = _unlike_an_address(self.url)
        if wrong is not None:
            raise ValueError(f"`url` {wrong}, as in https://broker.example/mcp")
        is_clear = urlsplit(self.url).scheme == "http"
        if is_clear and (self.tls_cert is not None or self.host not in LOOPBACK):
            raise ValueError("`url` is https where there is a certificate, or proxies on a network")
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


def _unlike_an_address(url: str) -> str | None:
    """What keeps agents from reaching it by this; None: nothing. Tokens, metadata and challenges are made of it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None or not url.isascii():
        return "is https, or http on loopback, with a host and nothing before it"
    if parts.scheme == "http" and host not in LOOPBACK:
        return "is https, for off loopback a token would travel in clear text"
    if not parts.path.endswith("/mcp") or "?" in url or "#" in url:
        return "ends with /mcp"
    return None


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
    networks: tuple[IPv4Network | IPv6Network, ...] = ()  # beside the internet, where it may lie
    audience: str | None = None  # what its tokens for the broker name as `aud`; else the broker's URL
    types: tuple[str, ...] = ("at+jwt",)  # of its access tokens
    algorithms: tuple[str, ...] = ("RS256",)
    roles_claim: str = "roles"
    roles: dict[str, str] = Field(default_factory=dict)  # value of that claim -> role
    client_claim: str | None = None  # the claim that names where the user signed in; else `client_id`, then `azp`
    delegates: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # client -> agents for whoever signed in there
    id_jag: bool = False  # whether its word that a client acts for a user is taken (ID-JAG)


class Agent(_Strict):
    """A registered agent."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)
    key: Path | None = None  # its public key, a JWK
    secret_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")  # of its secret, beside a key or instead
    owner: str
    model: str
    provider: str
    region: str | None = None
    review_by: date
    roles: tuple[str, ...] = ()  # as which it works for itself
    scope: str | None = None  # what it gets where it names none: a scope, or `scope:purpose`

    @model_validator(mode="after")
    def _says_who_it_is(self) -> Self:
        if self.key is None and self.secret_sha256 is None:
            raise ValueError("an agent has a `key` or a `secret_sha256`, as `broker key` prints them")
        return self


class Identity(_Strict):
    issuers: tuple[Issuer, ...] = ()
    agents: tuple[Agent, ...] = ()


class Custody(_Strict):
    """Where each of the broker's keys is: `file`, in `keys`; `env:NAME`; or `kms`."""

    token: str = Field(default="file", pattern=_CUSTODY)  # by `kms`: it signs there
    log: str = Field(default="file", pattern=_CUSTODY)  # by `kms`: as a file that it alone can open
    vault: str = Field(default="file", pattern=_CUSTODY)
    digest: str = Field(default="file", pattern=_CUSTODY)
    kms: str | None = Field(default=None, pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")  # `package.module:factory`
    deadline: float = Field(default=2.0, gt=0, le=30)  # seconds that it may take

    @model_validator(mode="after")
    def _one_to_ask(self) -> Self:
        if self.kms is None and "kms" in {self.token, self.log, self.vault, self.digest}:
            raise ValueError("a key that is kept by a KMS needs `kms`: the factory of its client")
        return self


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
    custody: Custody = Custody()
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
