"""Evidence: tables in which every figure carries unit, place, year, source and quality."""
