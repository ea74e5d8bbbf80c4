"""A spider whose items hold the clean text of each page.

scrapy runspider examples/with_scrapy.py -a url=https://example.org/ -O articles.jsonl
"""

import scrapy


class Articles(scrapy.Spider):
    name = "articles"
    custom_settings = {
        "ITEM_PIPELINES": {"cleaner.adapters.scrapy.CleanerPipeline": 300},
        "CLEANER_DROP": ["empty"],
        "FEED_EXPORT_FIELDS": ["url", "verdict", "title", "text", "confidence", "error"],
    }

    async def start(self):
        yield scrapy.Request(self.url)

    def parse(self, response):
        yield {"url": response.url, "html": response.text}
        yield from response.follow_all(css="a")
