"""The pages of the spine: lists, the case page, its acts, search and drafts."""
