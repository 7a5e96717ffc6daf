"""Methods compared: what each embedding keeps, in which part, with which modalities."""
