"""Official sources read into tenders."""
