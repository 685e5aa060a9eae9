"""Computing the chunks of a sweep on workers, whatever ends them."""
