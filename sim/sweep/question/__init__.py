"""What is asked of a sweep: its file, what varies, which futures."""
