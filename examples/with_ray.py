"""A dataset of pages through Ray Data: Parquet in, Parquet out, two workers.

python examples/with_ray.py pages/ clean/
"""

import sys

import ray

from cleaner.adapters.ray import CleanBatches

given, out = sys.argv[1:]
pages = ray.data.read_parquet(given)  # columns html or text, and id or url
records = pages.map_batches(
    CleanBatches,
    fn_constructor_kwargs={"timeout": 30, "record": "none"},
    compute=ray.data.ActorPoolStrategy(size=2),  # leave a processor for reading and writing
    batch_format="pyarrow",
    batch_size=64,
)
records.write_parquet(out)
