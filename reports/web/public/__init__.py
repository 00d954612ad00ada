"""What everybody may read: nothing here exists before it is published."""
