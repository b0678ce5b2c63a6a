"""Layer norm: which changes of the weights it does not see, and what that does to learning."""
