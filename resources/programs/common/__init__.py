"""What several programs need; it stands in each of them where a person copies one."""
