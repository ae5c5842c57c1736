"""Tables of a lake, Delta and Iceberg: data files of one version, read as the table means them."""
