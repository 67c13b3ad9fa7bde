"""Limited processes: whatever looks at bytes of strangers works behind walls."""
