"""Trainers choose which rules speak up at the desk while a call goes on."""
