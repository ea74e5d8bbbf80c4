"""What `cleaner` does beside what people use today: quality and speed, each printed by one command."""
