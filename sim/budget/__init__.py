"""What money buys: how much a plan needs, what an envelope buys, what more would buy, what it costs after."""
