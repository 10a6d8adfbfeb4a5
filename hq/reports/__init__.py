"""Reports: figures by day and store kept beside the journal, and what people see of them."""
