"""Mails that are forwarded to the platform: read without believing them, and made drafts for whoever may write tenders."""
