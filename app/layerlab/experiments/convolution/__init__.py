"""One filter shared by all positions: what that commutes with and what it saves."""
