"""datatrove: a folder of rows {"id", "text"}, pages or texts. python with_datatrove.py FOLDER CLEAN_FOLDER"""

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from cleaner.adapters.datatrove import Clean

source, target = sys.argv[1:]
rejected = JsonlWriter(f"{target}/rejected", compression=None)
steps = [
    JsonlReader(source),
    Clean(timeout=30, exclusion_writer=rejected),
    JsonlWriter(f"{target}/clean", compression=None),
]
if __name__ == "__main__":
    LocalPipelineExecutor(steps, logging_dir=f"{target}/logs").run()
