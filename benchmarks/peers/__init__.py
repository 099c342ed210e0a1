"""The best code that we could write with somebody else's tool; each module one peer."""
