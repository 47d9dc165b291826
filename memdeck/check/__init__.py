"""The gate: what stands in the way of the next session, found before it starts."""
