"""What binds on a date: kinds, zones, versions, working days, plans worked back."""
