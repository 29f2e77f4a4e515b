"""What the From domain publishes about its mail: asked for within bounds, and judged."""
