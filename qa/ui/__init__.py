"""The web page: one file a part, built on ``qa.pipeline.QA`` alone."""
