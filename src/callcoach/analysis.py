"""The whole analysis path of one recording, a line a stage."""
