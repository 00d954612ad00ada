"""The demonstration: a plausible edition as a workbook, and businesses that do not exist but answer like some that do.

    workbook.py   the edition's workbook, for 2024 and for a later trial year
    people.py     accounts to try the staff pages with
    frame.py      the file of all businesses that exist in the simulated province
    sample.py     whom to invite: strata, sizes, design weights
    model.py      how units, businesses and questions differ: the truth behind the simulated answers
    ballots.py    one filled-in questionnaire per business, drawn from the model
    remarks.py    what some of them write
    simulation.py invites them and sends their answers through the services that a browser uses
    moderation.py reviews their remarks
    review.py     reviews responses that look careless or copied

Everything drawn comes from one seeded generator: the same seed gives the same answers.
"""
