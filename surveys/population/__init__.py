"""The frame and the sample without a database: pure functions of rows, counts and choices.

columns.py    which column of a file is which, guessed from its headings
reading.py    the rows of an XLSX or CSV file
cells.py      one cell: tax code, telephone, e-mail
bands.py      words or numbers of a cell as a band of the edition
records.py    one row as a record, with everything that is wrong with it
likeness.py   rows that may be the same business
strata.py     cells of the chosen variables, small ones joined
allocation.py how many to draw from each stratum
drawing.py    who is drawn, in which wave
precision.py  what the sample will be able to say, before it is drawn
"""
