"""SSL keys, as admins see them: uploaded, listed, renamed, replaced, deleted, trusted."""
