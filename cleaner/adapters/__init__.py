"""Other people's pipelines: each module fits cleaning to one library, and imports that when it is asked for.

All of them clean rows as `rows.RowCleaner` does; they add what their library needs, and nothing else.
"""
