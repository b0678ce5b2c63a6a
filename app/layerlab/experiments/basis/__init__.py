"""One hidden layer as a sum of bent terms."""
