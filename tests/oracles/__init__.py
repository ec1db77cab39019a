"""A second, independent reading of each class law in plain Python.

Each module restates one law as loops over atoms, written from the legal facts alone, and has one
question to answer: ``judge(mol)``. The class engine must give the same answers.
"""
