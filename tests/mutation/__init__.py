"""A mutation run: which small changes of the decision code do the tests notice?"""
