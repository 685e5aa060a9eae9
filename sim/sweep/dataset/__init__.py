"""What a sweep leaves behind: names of files and columns, and the manifest."""
