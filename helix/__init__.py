"""What the programs of Helix share; runs nothing by itself."""
