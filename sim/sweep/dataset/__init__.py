"""What a sweep leaves behind: files, columns, digests, and questions in SQL."""
