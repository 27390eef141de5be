"""The floor: every call that goes on, as it goes on, for those who may follow it."""
