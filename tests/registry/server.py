"""The CNCF's own registry on loopback, open, with a password, or with tokens from a service that a test watches."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.ports import free_port

USER, PASSWORD = "mole", "sesame"
# bcrypt("sesame"), the only kind of hash that the registry takes
_HTPASSWD = f"{USER}:$2y$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O\n"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_PATIENCE = 30.0


@dataclass(frozen=True)
class Registry:
    """`name` is what stands before an image's repository."""

    name: str
    process: subprocess.Popen[bytes]
    authorization: str = ""

    def push(self, repository: str, tag: str, text: str = "{}") -> str:
        """An image without layers, whose configuration is `text`; its digest."""
        blob = text.encode()
        digest = _digest(blob)
        upload = self._send("POST", f"/v2/{repository}/blobs/uploads/").headers["Location"]
        self._send("PUT", f"{upload}&digest={digest}", blob)
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": len(blob), "digest": digest}
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}).encode()
        self._send("PUT", f"/v2/{repository}/manifests/{tag}", manifest)
        return _digest(manifest)

    def digest(self, repository: str, tag: str) -> str:
        """What the registry itself says; KeyError where there is none."""
        return str(self._send("HEAD", f"/v2/{repository}/manifests/{tag}").headers["Docker-Content-Digest"])

    def _send(self, method: str, path: str, body: bytes | None = None) -> HTTPResponse:
        url = path if path.startswith("http") else f"http://{self.name}{path}"
        kind = MANIFEST if "manifests" in path else "application/octet-stream"
        headers = {"Content-Type": kind, "Accept": MANIFEST}
        headers |= {"Authorization": self.authorization} if self.authorization else {}
        request = urllib.request.Request(url, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:
            assert isinstance(reply, HTTPResponse)
            return reply

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(program: str, auth: Mapping[str, object] | None = None, authorization: str = "") -> Iterator[Registry]:
    """A registry of its own, empty, until the block ends. Raises AssertionError where it does not start."""
    with tempfile.TemporaryDirectory() as scratch, free_port() as port:
        config = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": f"{scratch}/data"}},
            "http": {"addr": f"127.0.0.1:{port}"},
            **({"auth": auth} if auth else {}),
        }
        file = Path(scratch, "config.yml")
        file.write_text(json.dumps(config))
        with Path(scratch, "log").open("wb") as log:
            process = subprocess.Popen([program, "serve", str(file)], stdout=log, stderr=log)
        registry = Registry(f"127.0.0.1:{port}", process, authorization)
        try:
            _wait(registry, Path(scratch, "log"))
            yield registry
        finally:
            registry.stop()


def _wait(registry: Registry, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            urllib.request.urlopen(f"http://{registry.name}/v2/", timeout=_PATIENCE).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            assert registry.process.poll() is None, log.read_text()
            assert time.monotonic() < end, f"the registry does not start: {log.read_text()}"
            time.sleep(0.02)
        else:
            return


@contextmanager
def with_password(program: str) -> Iterator[Registry]:
    """Lets nobody in but USER."""
    with tempfile.NamedTemporaryFile("w") as passwords:
        passwords.write(_HTPASSWD)
        passwords.flush()
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        auth = {"htpasswd": {"realm": "tests", "path": passwords.name}}
        with serving(program, auth, f"Basic {basic}") as registry:
            yield registry


@dataclass
class Tokens:
    """A token service: what it was asked, and by whom."""

    asked: list[dict[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    wants_login: bool = False


@contextmanager
def with_tokens(program: str, tokens: Tokens) -> Iterator[Registry]:
    """Takes the tokens of a service that signs them with a key of its own (RFC 7519), as Docker Hub's does."""
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory())
        key, certificate = _signing()
        Path(scratch, "root.pem").write_bytes(certificate)

        def signed(claims: Mapping[str, object]) -> str:
            return _jwt(key, certificate, claims)

        service = stack.enter_context(_service(tokens, signed))
        auth = {"realm": service, "service": "tests", "issuer": "tests", "rootcertbundle": f"{scratch}/root.pem"}
        everything = [{"type": "repository", "name": "ml/base", "actions": ["pull", "push"]}]
        pushing = "Bearer " + signed(_claims(everything))
        yield stack.enter_context(serving(program, {"token": auth}, pushing))


@contextmanager
def _service(tokens: Tokens, signed: object) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            words = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
            tokens.asked.append(words)
            tokens.said.append(self.headers.get("Authorization", ""))
            kind, name, actions = words["scope"].split(":")
            access: list[dict[str, object]] = [{"type": kind, "name": name, "actions": actions.split(",")}]
            allowed = not tokens.wants_login or bool(self.headers.get("Authorization"))
            assert callable(signed)
            body = json.dumps({"token": signed(_claims(access if allowed else []))}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the tests' terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/token"
        server.shutdown()


def _claims(access: Sequence[Mapping[str, object]]) -> dict[str, object]:
    now = int(time.time())
    return {"iss": "tests", "aud": "tests", "sub": "", "exp": now + 300, "nbf": now - 60, "iat": now, "access": access}


def _signing() -> tuple[object, bytes]:
    """A key and its certificate."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    return key, dated.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _jwt(key: object, certificate: bytes, claims: Mapping[str, object]) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    assert isinstance(key, ec.EllipticCurvePrivateKey)
    chain = "".join(certificate.decode().splitlines()[1:-1])
    head = {"typ": "JWT", "alg": "ES256", "x5c": [chain]}
    text = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
    r, s = utils.decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
