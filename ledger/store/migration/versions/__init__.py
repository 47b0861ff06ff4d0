"""The migrations, and beside each its SQL for either engine, as it was then; what was released is never edited."""
