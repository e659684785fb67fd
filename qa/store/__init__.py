"""The index: articles, chunks and their vectors in Chroma.

Two collections belong to each embedding model, named after its fingerprint. ``sentences-…`` holds a record a sentence,
with its vector and the chunk it belongs to: the best sentence of a chunk finds it better than a vector of the whole
(measured in the README). ``articles-…`` holds a record an article, with its text. It is written after all of the
article's sentences and names their version, so it is the commit: sentences that no article record vouches for are
left-overs of a killed process and are swept out when the index is next opened for writing.

A process keeps the vectors it has read in memory and does not see those that another adds; one that went on to write
would even lose them. So each change leaves a new ``revision`` in the metadata of the articles' collection, and whoever
finds another one there than he knows opens the index again.
"""

from qa.store.examination import examine
from qa.store.holdings import Holding, holdings
from qa.store.snapshot import Snapshot, Stored
from qa.store.store import Store

__all__ = ["Holding", "Snapshot", "Store", "Stored", "examine", "holdings"]
