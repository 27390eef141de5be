"""Drills: agents practise on moments of their own calls; teachers set them and see what was answered."""
