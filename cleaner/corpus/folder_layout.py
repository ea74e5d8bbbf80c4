"""Where everything lies in the folder that a run writes, OUT.

OUT/corpus/    the clean texts, one file a document, or shards of records
OUT/garbled/   quarantined texts, under the same names
OUT/held/      texts held back since too little is expected of them (--min-confidence), under the same names
OUT/records/   the records without their texts, in shards; `output` names the file with the text
OUT/learned.profile  what recurs on the sites of the input, of a run with --learn
OUT/manifest.jsonl   one row an input document
OUT/summary.json     the totals; written last: a folder that has it was finished
OUT/.cleaner/        the ledger; while a run is not finished also the files that grow: the manifest and the
                     shards that are not full, and texts that are not in their place yet
OUT/.cleaner/update/ while a run updates OUT: all that it writes, laid out as OUT is; at its end it takes
                     the place of what was there
"""

from __future__ import annotations

from typing import TypeGuard

TEXT_FOLDERS = ("corpus", "garbled", "held")
RECORDS_FOLDER = "records"
MANIFEST_NAME, SUMMARY_NAME = "manifest.jsonl", "summary.json"
SHARD_SUFFIXES = {"jsonl": ".jsonl.zst", "parquet": ".parquet"}
PROFILE_NAME = "learned.profile"
STATE_FOLDER = ".cleaner"
LEARN_STATE_NAME = "learn.json"
LEDGER_NAME = "ledger.sqlite"
UPDATE_FOLDER = f"{STATE_FOLDER}/update"
TEXT_DROP = f"{STATE_FOLDER}/texts"


def is_output_path(path: object) -> TypeGuard[str]:
    """Whether `path`, read from a manifest, is a file in one of `TEXT_FOLDERS`, and leads nowhere else."""
    if not isinstance(path, str):
        return False
    parts = path.split("/")
    return (
        len(parts) > 1 and parts[0] in TEXT_FOLDERS and not {"", ".", ".."} & set(parts) and "\0" not in path
    )


def shard_name(folder: str, number: int, suffix: str) -> str:
    """The path of a complete shard in OUT."""
    return f"{folder}/part-{number:05}{suffix}"


def part_name(folder: str, number: int) -> str:
    """The path in OUT of the rows that a shard is made from."""
    return f"{STATE_FOLDER}/parts/{folder}-{number:05}.jsonl"
