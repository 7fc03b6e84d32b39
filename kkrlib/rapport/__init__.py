"""From an executed notebook to a page, its downloads and the index of pages."""
