"""Sound as samples: reading files, finding speech, measuring levels. numpy only; no calls, no rules."""
