"""The pages of the Consumer Retention Workspace."""
