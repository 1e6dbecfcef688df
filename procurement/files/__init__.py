"""Files that belong to something: versions, who brought each and when, and the bytes by their digest."""
