"""Pure rules of scheduling: who may enrol, the queue, changes, times, marks."""
