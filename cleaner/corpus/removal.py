"""Removes what earlier runs wrote to OUT, and nothing else: files that others put there stay."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cleaner.corpus.atomic import io_errors_as_usage, temporary_path
from cleaner.corpus.folder_layout import (
    LEARN_STATE_NAME,
    LEDGER_NAME,
    MANIFEST_NAME,
    PROFILE_NAME,
    RECORDS_FOLDER,
    SHARD_SUFFIXES,
    STATE_FOLDER,
    SUMMARY_NAME,
    TEXT_DROP,
    TEXT_FOLDERS,
    UPDATE_FOLDER,
    is_output_path,
)
from cleaner.corpus.fsync import sync_removals
from cleaner.corpus.minhash import INDEX_FILES
from cleaner.errors import UsageError
from cleaner.json_lines import loads


def failure_messages(out: Path) -> Iterator[str]:
    """The messages of failed documents, from the manifest, finished or not."""
    for row in manifest_rows(out):
        if row.get("verdict") == "failed" and isinstance(row.get("error"), dict):
            yield str(row["error"].get("message"))


def manifest_rows(out: Path) -> Iterator[dict[str, Any]]:
    """The rows of the manifest, finished or not, that can be read."""
    for path in (out / MANIFEST_NAME, out / STATE_FOLDER / MANIFEST_NAME):
        if path.is_file():
            with io_errors_as_usage(path), path.open("rb") as lines:
                for line in lines:
                    with suppress(ValueError):
                        row = loads(line)  # the last line may be incomplete
                        if isinstance(row, dict):
                            yield row


def remove_run(out: Path) -> None:
    """Remove the files that the manifest of earlier runs lists, and the shards. The ledger stays."""
    with io_errors_as_usage(out):
        (out / SUMMARY_NAME).unlink(missing_ok=True)
        for path in {row["output"] for row in manifest_rows(out) if is_output_path(row.get("output"))}:
            remove_file(out, out / path)
        for folder in (RECORDS_FOLDER, *TEXT_FOLDERS):
            for suffix in SHARD_SUFFIXES.values():
                for shard in sorted((out / folder).glob(f"part-[0-9][0-9][0-9][0-9][0-9]{suffix}")):
                    remove_file(out, shard)
        (out / MANIFEST_NAME).unlink(missing_ok=True)
        (out / PROFILE_NAME).unlink(missing_ok=True)
        remove_temporary_files(out)
        sync_removals(out)


def remove_temporary_files(out: Path) -> None:
    """Remove what only an unfinished run needs."""
    folder = out / STATE_FOLDER
    with io_errors_as_usage(folder):
        for name in (MANIFEST_NAME, *INDEX_FILES, LEARN_STATE_NAME):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / "parts", ignore_errors=True)
        shutil.rmtree(out / TEXT_DROP, ignore_errors=True)
        remove_update(out)


def remove_update(out: Path) -> None:
    """Remove what an update of OUT wrote: its ledger first, without which there is no update."""
    folder = out / UPDATE_FOLDER
    for path in sorted((folder / STATE_FOLDER).glob(f"{LEDGER_NAME}*")):
        path.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def remove_file(out: Path, stale: Path) -> None:
    """Remove a file in OUT, what was left of writing it, and the folders that are empty then."""
    temporary = temporary_path(stale)
    for path in (stale, temporary):
        if path.is_file():
            path.unlink()
    if stale.parent.is_dir():
        _remove_empty_folders(out, stale.parent)


def refuse_foreign(out: Path) -> None:
    """UsageError when OUT holds files and cleaner did not write it: a run would remove or replace them."""
    if not out.exists():
        return
    with io_errors_as_usage(out):
        names = sorted(
            path.name for path in out.iterdir() if path.name == STATE_FOLDER or path.name[0] != "."
        )
    if names and not _is_output_folder(out):
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        raise UsageError(
            f"{out}: holds files that cleaner did not write ({listed}); give -o a new or an empty folder"
        )


def _is_output_folder(out: Path) -> bool:
    """Whether cleaner wrote it: it has a ledger, damaged or not, or a manifest and a summary of ours."""
    try:
        if (out / STATE_FOLDER / LEDGER_NAME).is_file():
            return True
        summary = loads((out / SUMMARY_NAME).read_bytes()) if (out / MANIFEST_NAME).is_file() else None
    except (OSError, ValueError):
        return False
    return isinstance(summary, dict) and {"version", "documents", "characters", "adds_up"} <= summary.keys()


def _remove_empty_folders(out: Path, folder: Path) -> None:
    """Remove `folder` if it is empty, then the folders above it that are, up to OUT."""
    while folder != out and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
