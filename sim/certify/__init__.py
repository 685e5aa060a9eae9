"""The certificate: every rule checked again without the program's blocks."""

from sim.certify.certificate import certify
from sim.certify.claims import Certificate, Check, Claims

__all__ = ["Certificate", "Check", "Claims", "certify"]
