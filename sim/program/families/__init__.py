"""The families of the formulation, each a block with its maths in its docstring."""
