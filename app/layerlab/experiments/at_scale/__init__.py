"""From the lab's knobs to language models: parameters, memory, arithmetic, growth."""
