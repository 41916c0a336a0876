"""What reports are made of; one module per subject."""

from reports.documents.exports import Participants, file_name

__all__ = ["Participants", "file_name"]
