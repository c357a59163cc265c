"""Images to vectors, and back to pictures."""
