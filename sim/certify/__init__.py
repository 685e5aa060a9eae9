"""The certificate: every rule checked again without the program's blocks."""

from sim.certify.certificate import Certificate, Check, Claims, certify

__all__ = ["Certificate", "Check", "Claims", "certify"]
