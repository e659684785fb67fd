"""Models: their files, the embedder and the language model."""
