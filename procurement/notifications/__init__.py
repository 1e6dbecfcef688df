"""Who must hear what, when: events and dates become notifications, notifications become mails that leave once."""
