"""Where chance comes in: drawn paths of what no one knows, and ensembles of projections."""
