"""A strategic merge gives what the real `kubectl patch --type strategic` gives, for each list that a pod merges."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlspec.verify.kubernetes_schema import schema_of
from mlspec.verify.strategic_merge import strategic_merge
from tests.verify.sound_objects import sound

POD_PATCHES: dict[str, dict[str, Any]] = {
    "a field": {"priorityClassName": "high"},
    "null removes": {"securityContext": None},
    "a container by name": {"containers": [{"name": "server", "stdin": True}]},
    "another container": {"containers": [{"name": "agent", "image": "agent:1"}]},
    "variables old and new": {
        "containers": [
            {"name": "server", "env": [{"name": name, "value": "1"} for name in ("NEW", "TOKEN", "ALSO", "LEVEL")]}
        ]
    },
    "one after what is there": {
        "initContainers": [{"name": "proxy", "stdin": True}, {"name": "third", "image": "x:1"}]
    },
    "a container goes": {"initContainers": [{"name": "proxy", "$patch": "delete"}]},
    "all containers": {"containers": [{"$patch": "replace"}, {"name": "agent", "image": "agent:1"}]},
    "a variable by name": {"containers": [{"name": "server", "env": [{"name": "LEVEL", "value": "debug"}]}]},
    "a variable goes": {"containers": [{"name": "server", "env": [{"name": "TOKEN", "$patch": "delete"}]}]},
    "a port by number": {"containers": [{"name": "server", "ports": [{"containerPort": 8080, "name": "web"}]}]},
    "another port": {"containers": [{"name": "server", "ports": [{"containerPort": 9090, "name": "other"}]}]},
    "a mount by path": {"containers": [{"name": "server", "volumeMounts": [{"mountPath": "/cache", "name": "shm"}]}]},
    "limits": {"containers": [{"name": "server", "resources": {"limits": {"nvidia.com/gpu": None, "memory": "9Gi"}}}]},
    "a volume by name": {"volumes": [{"name": "model", "emptyDir": {"sizeLimit": "20Gi"}}]},
    "a volume of another type": {
        "volumes": [{"name": "model", "emptyDir": None, "configMap": {"name": "fraud-settings"}}]
    },
    "a volume goes": {"volumes": [{"name": "cache", "$patch": "delete"}]},
    "tolerations": {"tolerations": [{"key": "spot", "operator": "Exists"}]},
    "a spread by its key": {"topologySpreadConstraints": [{"topologyKey": "kubernetes.io/hostname", "maxSkew": 2}]},
    "secrets for pulling": {"imagePullSecrets": [{"name": "a"}, {"name": "b"}]},
    "host names": {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}]},
    "selector of nodes": {"nodeSelector": {"a": "b"}},
}
PATCHES: dict[str, tuple[str, dict[str, Any]]] = {
    **{name: ("Deployment", {"spec": {"template": {"spec": patch}}}) for name, patch in POD_PATCHES.items()},
    "a strategy": ("Deployment", {"spec": {"strategy": {"$patch": "replace", "type": "Recreate"}}}),
    "retained keys": ("Deployment", {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}),
    "an annotation": ("Service", {"metadata": {"annotations": {"a": "b"}}}),
    "finalizers": ("Service", {"metadata": {"finalizers": ["a", "b"]}}),
    "finalizers beside others": ("NetworkPolicy", {"metadata": {"finalizers": ["b", "new", "a"]}}),
    "a port of a Service": ("Service", {"spec": {"ports": [{"port": 80, "nodePort": 30080}]}}),
    "rules of a policy": ("NetworkPolicy", {"spec": {"egress": [{"ports": [{"port": 443}]}]}}),
    "an image's secret": ("ServiceAccount", {"imagePullSecrets": [{"name": "regcred"}]}),
}


@pytest.mark.parametrize(("kind", "patch"), PATCHES.values(), ids=PATCHES)
def test_both_make_the_same(
    kind: str, patch: dict[str, Any], require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    kubectl = require_tool("kubectl")
    manifest = next(each for each in sound() if each["kind"] == kind)
    file = tmp_path / "object.yaml"
    if kind == "NetworkPolicy":
        manifest["metadata"]["finalizers"] = ["a", "kept", "b"]
    file.write_text(yaml.safe_dump(manifest), encoding="utf-8")
    command = [kubectl, "patch", "--local", f"--filename={file}", "--type=strategic", "--output=yaml"]
    done = subprocess.run(
        [*command, f"--patch={yaml.safe_dump(patch)}"],
        env={"HOME": str(tmp_path), "KUBECONFIG": "/dev/null"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    schema = schema_of(manifest["apiVersion"], kind, "1.36")
    assert strategic_merge(manifest, patch, schema) == yaml.safe_load(done.stdout)
