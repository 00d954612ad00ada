"""The frozen dataset as files for people: with labels, a codebook, and a version for researchers that protects
respondents. Arrays and labels in, bytes out; nothing here reads the database.
"""
