"""Publishing of results: a report page, the figures and tables of a paper, and the shipped data."""
