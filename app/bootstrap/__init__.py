"""Builds and wires everything, and nothing else."""
