"""Reports: how much is done, and how the work goes."""
