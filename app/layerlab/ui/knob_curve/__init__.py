"""The knob curve: a small plot below a slider, of what each of its values would end in."""
