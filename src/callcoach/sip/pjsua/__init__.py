"""The adapter over pjsua2. `binding` alone imports it; no type of the library leaves this package."""
