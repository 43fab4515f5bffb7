"""What matching's use cases need of the world, as Protocols."""
