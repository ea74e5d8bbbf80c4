"""Spark: a Parquet folder of pages. python with_spark.py PAGES.parquet CLEAN.parquet"""

import sys
from functools import partial

from pyspark.sql import SparkSession

from cleaner.adapters.arrow import map_in_arrow, spark_schema

spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
pages = spark.read.parquet(sys.argv[1])
clean = pages.mapInArrow(partial(map_in_arrow, timeout=30), spark_schema(pages.schema))
clean.where("verdict = 'clean'").write.parquet(sys.argv[2])
spark.stop()
