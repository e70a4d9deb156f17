"""The marketplace's categories, as the feed documents them (openapi: app-rankings, category and subcategory)."""

from __future__ import annotations

CATEGORIES: dict[str, tuple[str, ...]] = {
    "coding": ("cli-agent", "ide-extension", "cloud-agent", "programming-app", "native-app-builder"),
    "creative": ("creative-writing", "video-gen", "image-gen", "audio-gen"),
    "productivity": ("writing-assistant", "general-chat", "personal-agent", "legal"),
    "entertainment": ("roleplay", "game"),
}
"""Category group to its subcategories, in the marketplace's own order."""

CATEGORY_OF: dict[str, str] = {sub: group for group, subs in CATEGORIES.items() for sub in subs}
"""Subcategory to the group that it belongs to."""

TITLES: dict[str, str] = {
    "coding": "Coding",
    "creative": "Creative",
    "productivity": "Productivity",
    "entertainment": "Entertainment",
    "cli-agent": "CLI agents",
    "ide-extension": "IDE extensions",
    "cloud-agent": "Cloud agents",
    "programming-app": "Programming apps",
    "native-app-builder": "Native app builders",
    "creative-writing": "Creative writing",
    "video-gen": "Video generation",
    "image-gen": "Image generation",
    "audio-gen": "Audio generation",
    "writing-assistant": "Writing assistants",
    "general-chat": "General chat",
    "personal-agent": "Personal agents",
    "legal": "Legal",
    "roleplay": "Roleplay",
    "game": "Games",
}
"""How a category or subcategory is called in a message."""
