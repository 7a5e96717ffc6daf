from offline import offline

__all__ = ["offline"]
