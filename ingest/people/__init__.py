"""People: what a person does with a paper, before it is sealed and after."""
