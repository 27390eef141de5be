"""The softphone: registration, calls and media by SIP. Only `sip.pjsua` imports pjsua2."""
