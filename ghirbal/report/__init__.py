"""The report of a finished result: what it tells (report.json) and the page for people (report.html)."""

from ghirbal.report.building import build_report, write_report

__all__ = ["build_report", "write_report"]
