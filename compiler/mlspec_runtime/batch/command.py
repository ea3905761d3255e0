"""`python -m mlspec_runtime batch`: a model.json and a command line in, scored files and an exit status out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from mlspec_runtime.batch.files import file_format
from mlspec_runtime.batch.options import Options, read_options
from mlspec_runtime.batch.outcome import DONE, HOPELESS, RETRY, Hopeless
from mlspec_runtime.batch.predictor import load_predictor
from mlspec_runtime.batch.progress import Progress
from mlspec_runtime.batch.run_plan import agree
from mlspec_runtime.batch.shard import Run, finish, score
from mlspec_runtime.batch.stores import open_store
from mlspec_runtime.errors import StartupError
from mlspec_runtime.fetch.failure import Failure
from mlspec_runtime.logs import configure, fields, log
from mlspec_runtime.manifest import Manifest, read_manifest


def main(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """The exit status: 0 done, 1 worth another attempt, 2 not."""
    configure("info", {})
    try:
        return _run(read_options(arguments, environ))
    except Hopeless as error:
        return _failed(error.reason, str(error), HOPELESS, error.__cause__)
    except StartupError as error:
        return _failed(error.reason, str(error), HOPELESS, error.__cause__)
    except Failure as error:
        return _failed(error.reason, str(error), RETRY, error.__cause__)
    except Exception as error:  # noqa: BLE001 - a store or a model may raise anything
        return _failed("error", f"{type(error).__name__}: {error}", RETRY, error)


def _run(options: Options) -> int:
    manifest = read_manifest(options.model_json, options.delivered)
    configure(options.log_level, _service_fields(manifest, options))
    form = file_format(options.format)
    source, target = open_store(options.input), open_store(options.output)
    plan = agree(options, manifest, source, target, form)
    shards = range(options.shards) if options.index is None else (options.index,)
    progress = Progress(manifest, options.metrics_port, options.progress_every)
    predictor = load_predictor(manifest)
    run = Run(options, plan, source, target, form, predictor, progress)
    progress.begin(sum(unit.weight for index in shards for unit in run.units(index)))
    for index in shards:
        scored = score(run, index)
        said = {"event.action": "batch-shard", "event.outcome": "success", "batch.shard": index}
        log.info("shard done" if scored else "shard was done before", extra=fields(said))
    whole = finish(run)
    predictor.close()
    progress.tell()
    said = {"event.action": "batch-end", "event.outcome": "success", "batch.rows": progress.rows, "batch.whole": whole}
    log.info("done", extra=fields(said))
    return DONE


def _service_fields(manifest: Manifest, options: Options) -> dict[str, object]:
    named = {
        "service.name": manifest.name,
        "service.version": manifest.version,
        "service.environment": options.environment,
        "labels.owner": options.owner,
    }
    return {name: value for name, value in named.items() if value}


def _failed(reason: str, message: str, status: int, cause: BaseException | None) -> int:
    said = {"event.action": "batch-end", "event.outcome": "failure", "event.reason": reason}
    log.error(message, exc_info=cause, extra=fields({**said, "process.exit_code": status}))
    return status
