"""The company phone book: its page, its search for transfers, bringing it in and taking it away."""
