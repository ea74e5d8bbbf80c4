"""pandas: a frame of pages. python with_pandas.py PAGES.parquet CLEAN.parquet"""

import sys

import pandas as pd
import pyarrow as pa

from cleaner.adapters.arrow import clean_table

pages = pd.read_parquet(sys.argv[1])
clean = clean_table(pa.Table.from_pandas(pages, preserve_index=False), timeout=30).to_pandas()
print(clean["verdict"].value_counts())
clean[clean["verdict"] == "clean"].to_parquet(sys.argv[2])
