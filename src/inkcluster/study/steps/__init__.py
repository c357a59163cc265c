"""The steps that questions share."""
