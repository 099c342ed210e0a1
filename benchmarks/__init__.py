"""What salesnb takes beside what the best code of others takes for the same work, in the same run."""
