"""Parts of answers that several questions share."""
