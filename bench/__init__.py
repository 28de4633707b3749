"""What the numbers of the product are, each beside what a bare library does in the same run: `make bench`."""
