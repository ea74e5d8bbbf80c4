"""Arrow: a Parquet file of pages, batch by batch. python with_arrow.py PAGES.parquet CLEAN.parquet"""

import sys

from pyarrow import parquet

from cleaner.adapters.arrow import map_in_arrow, output_schema

pages = parquet.ParquetFile(sys.argv[1])
with parquet.ParquetWriter(sys.argv[2], output_schema(pages.schema_arrow)) as out:
    for batch in map_in_arrow(pages.iter_batches(batch_size=256), timeout=30):
        out.write_batch(batch)
