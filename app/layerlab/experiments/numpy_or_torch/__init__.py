"""Three engines, and differences that judge them."""
