"""Steps that more than one question stands on."""
