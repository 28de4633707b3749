"""All writes of programmes, by what they are about."""
