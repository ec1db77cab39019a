"""Chemistry over RDKit; knows no law."""
