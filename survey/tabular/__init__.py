"""Tables as people hand them over: told by content, measured before they are opened, one header."""
