"""A further reason why a message is not sent. No table changes: the column takes any short text."""

from typing import ClassVar

from django.db import migrations, models

REASONS = {
    "opted_out": "The business wants no messages.",
    "completed": "The business has completed meanwhile.",
    "will_not_answer": "An interviewer noted that the business will not answer.",
    "no_contact": "No address or number is known.",
    "bounced_before": "An earlier message to the same address came back.",
    "recipient_refused": "The other side does not know this address or number.",
    "message_refused": "The other side refused the message.",
    "gave_up": "It could not be delivered after several tries.",
    "broken_off": "The connection broke off while it was handed over; it may have arrived.",
    "returned": "It was taken over and came back later.",
}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0091_burst_flags")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="reason",
            field=models.CharField(blank=True, choices=list(REASONS.items()), max_length=20, verbose_name="reason"),
        ),
    ]
