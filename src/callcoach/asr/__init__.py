"""Speech recognition: one speaker's sound in, words and turns out."""
