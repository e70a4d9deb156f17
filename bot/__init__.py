"""rankbot tells you when OpenRouter's rankings change, with the numbers and the source."""

__version__ = "0.1.0"
