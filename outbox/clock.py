"""The clock as apps above the services know it; the registry itself is in base, where audit and documents reach it."""

from base.jobs import Job, due_names, job, jobs, last_done, run, run_due, wake

__all__ = ["Job", "due_names", "job", "jobs", "last_done", "run", "run_due", "wake"]
