"""Read input: files, folders, JSON documents, databases and public lists, as tables of text."""
