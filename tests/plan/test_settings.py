"""What the server is told without a new image: one text for one meaning, and another digest for another."""

from __future__ import annotations

import json

from mlspec.plan.settings import plan_settings, settings_digest

from .specs import cards, spec_of

BUCKETS = (0.1, 0.5, 1.0)


def test_times_are_in_seconds_and_sizes_in_bytes() -> None:
    server = {"timeout": "1m500ms", "maxBody": "1.5Mi", "queue": 0, "batching": {"maxSize": 8, "maxWait": "2ms"}}
    spec = spec_of(server=server, health={"drain": "1500ms"}, logging={"payloads": "0.5%"})
    settings = json.loads(plan_settings(spec, BUCKETS))
    assert settings["batching"] == {"maxSize": 8, "maxWait": 0.002}
    assert (settings["timeout"], settings["drain"], settings["maxBody"]) == (60.5, 2, 3 * 2**19)
    assert (settings["queue"], settings["logging"]["payloads"]) == (0, 0.005)
    assert (settings["environment"], settings["latencyBuckets"]) == ("prod", list(BUCKETS))


def test_without_batching_nothing_is_said_of_it() -> None:
    assert "batching" not in json.loads(plan_settings(spec_of(), BUCKETS))


def test_the_server_is_told_of_an_accelerator_that_it_should_use() -> None:
    assert "accelerator" not in json.loads(plan_settings(spec_of(), BUCKETS))
    asked = spec_of(resources=cards()[1])
    assert json.loads(plan_settings(asked, BUCKETS))["accelerator"] == "nvidia-l4"


def test_the_digest_follows_the_meaning_and_not_the_spelling() -> None:
    one, same, other = (
        settings_digest(plan_settings(spec_of(server=server), BUCKETS))
        for server in ({"timeout": "60s", "queue": 256}, {"timeout": "1m"}, {"timeout": "61s"})
    )
    assert one == same != other
    assert len(one) == 12
