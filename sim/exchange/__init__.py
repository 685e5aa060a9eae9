"""Exchange: the city's own figures in place of our estimates, by a workbook or a CSV."""
