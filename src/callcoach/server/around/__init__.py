"""Around the call: notes, outcome and script beside a call that goes on; what is kept of them with the call."""
