"""What every class catches among the ordinary chemicals of the world."""
