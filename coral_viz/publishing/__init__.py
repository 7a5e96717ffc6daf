"""What is made of results to be read by others: a report page, a paper's figures and tables, the data that ship."""
