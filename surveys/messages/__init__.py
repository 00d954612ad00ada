"""Messages without a database: texts with placeholders, when to send, handing over, and what comes back.

texts.py     placeholders of a text: checked, filled
short.py     length of a text message in segments
pacing.py    back-off after a failed try, quiet hours
parcels.py   what is handed over, and how it went
mail.py      handing over by SMTP (or to files, as EMAIL_URL says)
gateways.py  handing over to an SMS or Zalo gateway by HTTP, or to a file
returns.py   reading bounces (RFC 3464) and delivery reports
"""
