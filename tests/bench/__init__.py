"""CPU and queries of chosen pages, as ratios to a bare Django site in the same run: `./run bench`."""
