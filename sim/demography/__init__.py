"""Population by the United Nations' cohort-component method."""

from sim.demography.projection import project_population

__all__ = ["project_population"]
