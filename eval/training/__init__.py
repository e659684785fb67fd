"""Training of the reader that comes with the package: dossiers written for it, the torch model, the loop."""
