"""People and teams: lists, adding and changing, invitations."""
