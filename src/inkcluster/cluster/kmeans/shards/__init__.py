"""What k-means does with a range of the points, wherever they are."""
