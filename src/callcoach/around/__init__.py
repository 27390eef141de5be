"""What is done around a call: callbacks and the promises they come from, complaints, scripts, surveys. No I/O."""
