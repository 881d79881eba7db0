"""Is this container whole and can its programs run here? One check, one file; `suite` lists them."""
