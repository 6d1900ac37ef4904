"""The check before a commit: findings with their places, and their repair where they stand."""

from ghirbal.checking.options import CheckOptions

__all__ = ["CheckOptions"]
