"""polars: a frame of pages. python with_polars.py PAGES.parquet CLEAN.parquet"""

import sys

import polars as pl

from cleaner.adapters.arrow import clean_table

pages = pl.read_parquet(sys.argv[1])
clean = pl.DataFrame(clean_table(pages.to_arrow(), timeout=30))
print(clean["verdict"].value_counts())
clean.filter(pl.col("verdict") == "clean").write_parquet(sys.argv[2])
