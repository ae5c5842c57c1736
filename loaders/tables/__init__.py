"""One module per table of the input contract: what its rows become in the graph."""
