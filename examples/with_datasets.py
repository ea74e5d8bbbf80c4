"""Hugging Face datasets: a dataset of pages. python with_datasets.py PAGES.parquet CLEAN.parquet"""

import sys

from datasets import Dataset

from cleaner.adapters.datasets import batch_cleaner

pages = Dataset.from_parquet(sys.argv[1])
clean = pages.map(batch_cleaner(timeout=30), batched=True, batch_size=256)
clean.filter(lambda verdict: verdict == "clean", input_columns="verdict").to_parquet(sys.argv[2])
