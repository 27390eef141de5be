"""The agent's desk: the page of a softphone in the browser, its headset, and hints while one speaks."""
