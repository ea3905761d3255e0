"""The name of an image -> its digest in its registry, None where there is none, or why nobody can say.

Sources: OCI Distribution Specification 1.1, "Pulling manifests"; Docker's "Token authentication specification".
"""

from __future__ import annotations

import hashlib
import json
import re
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlencode

from .credentials import Credentials, find_credentials
from .exchange import Answer, NoAnswer, send
from .reference import Reference, parse_reference

_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class RegistryError(NoAnswer):
    """The registry answers, and not with what was asked for; the message says what to do about it."""


@dataclass
class RegistryClient:
    """Asks each registry with the credentials that this user has there; remembers tokens, not answers."""

    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    _schemes: dict[str, str] = field(default_factory=dict)

    def digest(self, image: str) -> str | None:
        """`sha256:…` of what the name stands for now, for every platform; None where there is none. Raises NoAnswer."""
        reference = parse_reference(image)
        answer = self._manifest(reference, "HEAD")
        if answer.status == 200 and not _DIGEST.fullmatch(answer.headers.get("Docker-Content-Digest", "")):
            answer = self._manifest(reference, "GET")
            return f"sha256:{hashlib.sha256(answer.body).hexdigest()}" if answer.status == 200 else None
        if answer.status == 200:
            return str(answer.headers["Docker-Content-Digest"])
        if answer.status == 404:
            return None
        raise RegistryError(_refusal(reference, answer.status))

    def _manifest(self, image: Reference, method: str) -> Answer:
        path = f"/v2/{image.repository}/manifests/{image.tag}"
        key = (image.registry, image.repository)
        answer = self._ask(image, method, path, self._tokens.get(key, ""))
        if answer.status == 401:
            token = self._token(image, answer.headers.get("WWW-Authenticate", ""))
            if token:
                self._tokens[key] = token
                answer = self._ask(image, method, path, token)
        return answer

    def _token(self, image: Reference, challenge: str) -> str:
        """What the registry wants to hear; empty where we have nothing to say."""
        credentials = find_credentials(image)
        kind, _, rest = challenge.partition(" ")
        if kind.lower() == "basic":
            return credentials.basic if credentials else ""
        asked = dict(_PARAMETER.findall(rest))
        if kind.lower() != "bearer" or "realm" not in asked:
            return ""
        answer = send(_token_request(image, asked, credentials), image.registry)
        try:
            said = json.loads(answer.body) if answer.status == 200 else {}
        except ValueError:
            said = {}
        token = said.get("token") or said.get("access_token")
        return f"Bearer {token}" if token else ""

    def _ask(self, image: Reference, method: str, path: str, authorization: str) -> Answer:
        headers = {"Accept": _MANIFESTS} | ({"Authorization": authorization} if authorization else {})
        schemes = ["https", "http"] if image.is_loopback else ["https"]
        known = self._schemes.get(image.registry)
        for scheme in [known] if known else schemes:
            url = f"{scheme}://{image.host}{path}"
            request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310 - one of the two schemes
            try:
                answer = send(request, image.registry)
            except NoAnswer:
                if scheme == (known or schemes[-1]):
                    raise
                continue
            self._schemes[image.registry] = scheme
            return answer
        raise NoAnswer(f"{image.registry} does not answer")


def _token_request(image: Reference, asked: dict[str, str], credentials: Credentials | None) -> urllib.request.Request:
    scope = asked.get("scope") or f"repository:{image.repository}:pull"
    words = {"service": asked.get("service", ""), "scope": scope}
    realm = asked["realm"]
    if not realm.startswith("https://") and not image.is_loopback:
        raise RegistryError(f"{image.registry} sends credentials to {realm}, without TLS")
    if credentials and credentials.identity_token:
        form = {**words, "grant_type": "refresh_token", "refresh_token": credentials.identity_token}
        return urllib.request.Request(realm, data=urlencode({**form, "client_id": "mlspec"}).encode())  # noqa: S310 - https, see above
    headers = {"Authorization": credentials.basic} if credentials else {}
    joined = "&" if "?" in realm else "?"
    return urllib.request.Request(f"{realm}{joined}{urlencode(words)}", headers=headers)  # noqa: S310 - https, see above


def _refusal(image: Reference, status: int) -> str:
    if status in (401, 403):
        has = "the credentials that this user has there are refused" if find_credentials(image) else "it wants a login"
        return f"{image.registry} does not show {image.repository}: {has}; log in: docker login {image.registry}"
    if status == 429:
        return f"{image.registry} has been asked too often: try again later, or log in: docker login {image.registry}"
    return f"{image.registry} answers with status {status} when asked for {image.repository}"
