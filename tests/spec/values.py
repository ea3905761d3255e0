"""For each scalar of the language, texts that it takes with what they mean, and texts that it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from mlspec.spec import build, environment, expose, model, network, overrides, paths, scalars, server


@dataclass(frozen=True)
class Scalar:
    """`takes` maps what is written to what it means; where both are the same text, it stands in `keeps`."""

    type: Any
    keeps: tuple[str, ...] = ()
    takes: tuple[tuple[object, object], ...] = ()
    refuses: tuple[object, ...] = ()
    """Texts that the JSON Schema refuses as well."""
    refuses_late: tuple[object, ...] = ()
    """Values that a regular expression cannot know to be wrong."""


def field(section: Any, name: str) -> Any:
    """The annotation of a field, bounds included."""
    return section.model_fields[name].rebuild_annotation()


NO_TEXT: tuple[object, ...] = (None, True, 1, 1.5, [], {}, b"x")
UNICODE_DIGIT = "\N{ARABIC-INDIC DIGIT THREE}"
DIGEST = "sha256:" + "0" * 64

SCALARS: dict[str, Scalar] = {
    "duration": Scalar(
        scalars.Duration,
        takes=(
            ("0s", timedelta()),
            ("250ms", timedelta(milliseconds=250)),
            ("30s", timedelta(seconds=30)),
            ("1h30m", timedelta(minutes=90)),
            ("90m", timedelta(minutes=90)),
            ("1d2h3m4s5ms", timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5)),
            ("5m10ms", timedelta(minutes=5, milliseconds=10)),
            ("400d", timedelta(days=400)),
            ("007s", timedelta(seconds=7)),
        ),
        refuses=(
            *NO_TEXT,
            *("", " ", "5", "s", "5 s", " 5s", "5s ", "5s\n", "-5s", "+5s", "5S", "5sec", "1.5h", "5m5m", "1s1m"),
            *("1h1d", "5us", "5w", "1_0s", "1e3s", f"{UNICODE_DIGIT}s", "5\N{MICRO SIGN}s"),
        ),
        refuses_late=("401d", "9601h", "34560000001ms", "9" * 30 + "s", "1" * 5_000 + "s", "1" * 100_000),
    ),
    "size": Scalar(
        scalars.Size,
        takes=(
            ("1Ki", 1024),
            ("180Mi", 180 * 2**20),
            ("1.5Gi", 3 * 2**29),
            ("2G", 2 * 10**9),
            ("0.5k", 500),
            ("1k", 1000),
            ("4Ti", 2**42),
        ),
        refuses=(
            *NO_TEXT,
            *("", "1", "Gi", "1 Gi", "1GB", "1Gb", "1gi", "1KI", "1K", "1g", "-1Gi", "+1Gi", ".5Gi", "1.Gi", "1e3Mi"),
            *("1Gi\n", "1,5Gi", "1Pi", f"{UNICODE_DIGIT}Gi", "1_000Mi"),
        ),
        refuses_late=(
            *("0Gi", "0.0Mi", "0.0001k", "8192Ti", "1." + "0" * 29 + "1Gi", "9" * 5_000 + "Gi", "1" * 100_000),
        ),
    ),
    "cpu": Scalar(
        scalars.Cpu,
        takes=(
            ("500m", 500),
            ("2", 2000),
            ("0.5", 500),
            ("0.001", 1),
            (2, 2000),
            (0.5, 500),
            (0.1, 100),
            ("1000m", 1000),
            (1024, 1_024_000),
        ),
        refuses=(None, True, [], {}, "", "m", "0.5m", "1.0000", ".5", "1 m", "-1", "1e1", "1k", f"{UNICODE_DIGIT}"),
        refuses_late=(
            *(0, "0", "0m", -1, 0.0001, 1e-7, 1025, "1024001m", 1e300, 10**5_000, float("nan"), float("inf")),
            *("9" * 5_000, "9" * 5_000 + "m"),
        ),
    ),
    "percent": Scalar(
        scalars.Percent,
        takes=(("99.9%", Decimal("0.999")), ("0%", Decimal(0)), ("100%", Decimal(1)), ("0.01%", Decimal("0.0001"))),
        refuses=(
            *NO_TEXT,
            *("", "%", "50", "50 %", "0.5", "-1%", "+1%", ".5%", "5.%", "1e1%", "50%\n", "50%%", f"{UNICODE_DIGIT}%"),
        ),
        refuses_late=("100.1%", "101%", "0." + "0" * 20 + "1%", "9" * 5_000 + "%", "1" * 100_000),
    ),
    "whole percent": Scalar(
        scalars.WholePercent,
        takes=(("1%", Decimal("0.01")), ("70%", Decimal("0.7")), ("100%", Decimal(1))),
        refuses=(*NO_TEXT, "0%", "101%", "70.5%", "0.1%"),
    ),
    "objective": Scalar(
        scalars.Objective,
        takes=(("99.99%", Decimal("0.9999")), ("0.1%", Decimal("0.001"))),
        refuses=(*NO_TEXT, "99,9%", "99.9"),
        refuses_late=("0%", "100%", "100.0%"),
    ),
    "model name": Scalar(
        scalars.ModelName,
        keeps=("a", "churn", "fraud-2", "a" * 40, "a--b"),
        refuses=(*NO_TEXT, "", "A", "1a", "-a", "a-", "a_b", "a.b", "a b", "a\n", "a" * 41, "é", "ab/c", "a" * 100_000),
    ),
    "environment name": Scalar(
        scalars.EnvironmentName,
        keeps=("prod", "p", "eu-west-1", "a" * 20),
        refuses=(*NO_TEXT, "", "1", "Prod", "a" * 21, "a.b"),
    ),
    "DNS label": Scalar(
        scalars.DnsLabel,
        keeps=("a", "1a", "ml-prod", "a" * 63),
        refuses=(*NO_TEXT, "", "-a", "a-", "a.b", "A", "a" * 64, "a\n", "-" * 100_000),
    ),
    "DNS name": Scalar(
        scalars.DnsName,
        keeps=("a", "fraud.ml.example.com", "1.2.3.4", "xn--bcher-kva.example"),
        refuses=(*NO_TEXT, "", ".", "a.", ".a", "a..b", "*.a", "a_b", "A.b", "a." * 127 + "a" * 2, "a." * 50_000),
    ),
    "version": Scalar(
        scalars.Version,
        keeps=("1.0.0", "2", "2026.11.22-rc_1", "V1", "a" * 50),
        refuses=(*NO_TEXT, "", "1.0.0+local", "-1", "1.", "1 0", "v1\n", "a" * 51, "é"),
    ),
    "owner": Scalar(
        scalars.Owner, keeps=("payments-risk", "Team_A", "a" * 63), refuses=(*NO_TEXT, "", "a b", "a@b", "a" * 64)
    ),
    "label value": Scalar(
        scalars.LabelValue, keeps=("", "cc-1234", "a" * 63), refuses=(*NO_TEXT, "-a", "a/", "a b", "a" * 64, "é")
    ),
    "label key": Scalar(
        scalars.LabelKey,
        keeps=("a", "cost-centre", "example.com/Team_1", "a.b/c", "a" * 63, "nvidia.com/gpu.product"),
        refuses=(
            *NO_TEXT,
            "",
            "/a",
            "a/",
            "a/b/c",
            "a..b/c",
            ".a/b",
            "A.b/c",
            "-a",
            "a" * 64,
            "a b",
            "a.b/" + "c" * 64,
        ),
    ),
    "extended resource": Scalar(
        scalars.ResourceName,
        keeps=("nvidia.com/gpu", "nvidia.com/mig-1g.10gb", "amd.com/gpu"),
        refuses=(*NO_TEXT, "", "gpu", "nvidia.com/", "nvidia..com/gpu", "nvidia.com/gpu\n"),
    ),
    "digest": Scalar(
        scalars.Digest,
        keeps=(DIGEST,),
        refuses=(*NO_TEXT, "", "0" * 64, DIGEST[:-1], DIGEST + "0", DIGEST.upper(), "md5:" + "0" * 64, DIGEST + "\n"),
    ),
    "environment variable": Scalar(
        scalars.EnvVarName, keeps=("A", "_a1", "OMP_NUM_THREADS"), refuses=(*NO_TEXT, "", "1A", "A-B", "A.B", "A=", "É")
    ),
    "image": Scalar(
        scalars.ImageReference,
        keeps=(
            *("python", "python:3.13-slim", "registry.example.com:5000/a/b__c.d--e:1_x", f"a/b@{DIGEST}"),
            *(f"a:tag@{DIGEST}", "my--host.example/img", "localhost:5000/x"),
        ),
        refuses=(
            *NO_TEXT,
            *("", "Python", "https://a/b", "a b", "a/", "/a", "a//b", "a:", "a:-x", "a@sha256:0", "a:tag\n", "a$(id)"),
            *("a" * 256, "a/" * 50_000, "a-" * 50_000, "a_" * 50_000),
        ),
    ),
    "registry": Scalar(
        scalars.Registry,
        keeps=("registry.example.com/ml", "localhost:5000", "ghcr.io/acme", "a_b/c__d"),
        refuses=(*NO_TEXT, "", "https://a", "a/", "a b", "A", "a:port", "a\n", "a" * 201),
    ),
    "path": Scalar(
        paths.RelativePath,
        keeps=("./a", "./a/b.joblib", "./folder/", "./a b'\"$(x)`", "./\N{SNOWMAN}", "./..a"),
        refuses=(*NO_TEXT, "", ".", "./", "a", "/a", "../a", ".//a"),
        refuses_late=(
            *("./.", "./..", "./a/../b", "./a//b", "./a/./b", "./a\nb", "./a\0", "./a\u2028b", "./a\\b", "./a\ud800"),
            *("./" + "a" * 256, "./" + "\N{SNOWMAN}" * 100, "./" + "a/" * 1000),
        ),
    ),
    "uri": Scalar(
        model.Uri,
        keeps=("./model.joblib", "s3://models/fraud/3.2.0/", "hf://org/name", "models:/name/3", "pvc://claim/path"),
        refuses=(*NO_TEXT, "", "model.joblib", "/model", "ftp://a", "S3://a", "file:///a", "http://a"),
        refuses_late=("./a/../b", "./"),
    ),
    "requirement": Scalar(
        field(build.Build, "requirements"),
        takes=(
            ([], []),
            (["scikit-learn==1.9.1"], ["scikit-learn==1.9.1"]),
            (["a[b,c]>=1,<2", "torch"], ["a[b,c]>=1,<2", "torch"]),
            ("./requirements.txt", "./requirements.txt"),
        ),
        refuses=(None, 1, {}, "requirements.txt", [1], [None], ["a" * 501]),
        refuses_late=(
            *([""], ["-r x"], ["--index-url https://x"], ["a\nb"], ["$(id)"], ["a==${X}"], ["a b"]),
            *(["a" + " " * 100_000 + "!"], ["a==1" + " " * 400 + "$"], ["a\u2028b"], "./../x"),
        ),
    ),
    "system package": Scalar(
        field(build.Build, "system_packages"),
        takes=((["libgomp1", "g++=4:14.2.0-1"],) * 2, (["libstdc++6"],) * 2),
        refuses=(["a b"], ["Lib"], ["-y"], ["a;b"], ["a$(x)"], ["a\n"], [""], ["a="], [None], "libgomp1"),
    ),
    "handler": Scalar(
        field(build.Build, "handler"),
        keeps=("handler:Fraud", "a.b.c:D_1", "_a:_B"),
        refuses=(1, "", "handler", ":A", "a:", "a:b:c", "a..b:C", "a.:C", ".a:C", "1a:B", "a-b:C", "a:C()", "a:C\n"),
    ),
    "secret": Scalar(
        field(server.EnvVar, "secret"),
        keeps=("hub-token/token", "a.b/KEY_1.x-y", "a" * 253 + "/" + "b" * 253),
        refuses=(1, "", "a", "/a", "a/", "A/b", "a/b/c", "a/b c", "a" * 254 + "/b", "a/" + "b" * 254, "a/b\n"),
    ),
    "route path": Scalar(
        field(expose.Expose, "path"),
        keeps=("/", "/fraud", "/a/b-c_d.e~f", "/..a"),
        refuses=(
            *NO_TEXT,
            "",
            "a",
            "//",
            "/a/",
            "/a//b",
            "/a b",
            "/a?b",
            "/a#b",
            "/%20",
            "/{a}",
            "/a\n",
            "/" + "a" * 1024,
        ),
        refuses_late=("/.", "/..", "/a/../b", "/a/./b"),
    ),
    "CIDR": Scalar(
        network.Cidr,
        keeps=("10.20.0.0/16", "0.0.0.0/0", "1.2.3.4/32", "2001:db8::/32", "::/0"),
        takes=(("2001:DB8::/32", "2001:db8::/32"),),
        refuses=NO_TEXT,
        refuses_late=(
            *("", "/", "10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "10.0.0.0/08", "10.0.0.0/-1"),
            *("fe80::%eth0/64", "a/b", "10.0.0.0/8\n", "1" * 100_000 + "/8", "10.0.0.0/" + "9" * 5_000),
            f"10.0.0.0/{UNICODE_DIGIT}",
        ),
    ),
    "URL": Scalar(
        environment.Url,
        keeps=("http://prometheus-operated.monitoring:9090", "https://a.b/c/d%20e"),
        refuses=NO_TEXT,
        refuses_late=("", "a.b", "ftp://a", "https://user:password@a.b", "https://a b", "https://a\n", "http://"),
    ),
    "repository": Scalar(
        field(environment.Gitops, "repo"),
        keeps=("https://git.example.com/acme/ml-gitops.git", "git@example.com:acme/x.git", "ssh://git@example.com/x"),
        refuses=(1, []),
        refuses_late=("", "acme/x", "https://user:password@git.example.com/x", "file:///x", "git@example.com:a b"),
    ),
    "folder": Scalar(
        environment.Folder,
        keeps=("generated", "deploy/ml", "a_b-c.d"),
        refuses=NO_TEXT,
        refuses_late=("", ".", "..", "/a", "a/", "a//b", "a/../b", ".git", "a/.git", "a b", "a" * 254),
    ),
    "patch": Scalar(
        field(overrides.Override, "patch"),
        takes=(
            ({"spec": {"a": None}},) * 2,
            ([{"op": "add", "path": "/spec/a~1b/-", "value": None}],) * 2,
            ([{"op": "remove", "path": ""}, {"op": "move", "from": "/a", "path": "/b"}],) * 2,
        ),
        refuses=("text", 1, None, [1], [{"op": "delete", "path": "/a"}], [{"op": "add", "path": "a", "value": 1}]),
        refuses_late=(
            *([{"op": "add", "path": "/a"}], [{"op": "move", "path": "/a"}], [{"op": "test", "path": "/a"}]),
            [{"op": {}, "path": "/a"}],
        ),
    ),
}
