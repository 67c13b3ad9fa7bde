"""Cleanup of the reading image: one module per scanning fault, each measuring it on the page and mending it.

Nothing here touches the master. ``ocr.reading_image`` lists the steps in their order; to add a fault, write a module
with a ``measure`` of its own and list it there.
"""
