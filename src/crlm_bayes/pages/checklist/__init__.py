"""The reporting checklist, each item with its proof."""
