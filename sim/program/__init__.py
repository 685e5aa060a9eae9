"""The allocation program: stated once as labelled blocks, compiled to a matrix or to Pyomo.

From a notebook: `allocate(sim.run("shangyou").case, Options(gap=0.001))`, or any `sim.case.Case`.
"""

from sim.program.solution import Options, Solution, allocate

__all__ = ["Options", "Solution", "allocate"]
