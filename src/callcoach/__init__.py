"""CallCoach: calls, recordings, transcripts, findings and scores for Chinese-language call centres."""

__version__ = "0.1.0"
