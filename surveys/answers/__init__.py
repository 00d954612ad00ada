"""Questions and answers as plain values: what is asked, what is a valid answer, what a draft holds, where one stands.

Nothing here knows a database, a request or a clock; `surveys.selectors.answering` makes the `Questionnaire`,
`surveys.services.answering` keeps the draft.
"""
