"""Sweeps: thousands of futures of one scenario, which assumptions decide the plan and where it fails."""
