"""What every source's reader needs: text repair, values, deadlines, and a way through nested records. Pure."""
