"""What happens in every future of a scenario: the plan judged, and what one would do instead."""
