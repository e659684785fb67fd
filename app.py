"""The chat page: ``python app.py`` prints the address to open."""

from qa.ui.server import main

if __name__ == "__main__":
    main()
