"""Work on Dask: what all engines share. Dask is imported only where the caller has imported it."""
