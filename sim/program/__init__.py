"""The allocation program: stated once as labelled blocks, compiled to a matrix or to Pyomo."""
