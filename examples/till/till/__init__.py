"""The till of a second-hand shop, whose screens change flag by flag."""
