"""The only place that sees every room: it wires nets, runtime and ui together."""
