"""Where the regulation's terms stand that several parts of the reader look for."""

EXTENSION = ("UBLExtensions", "UBLExtension", "ExtensionContent", "EformsExtension")
"""The way from an element to what eForms adds to it."""
