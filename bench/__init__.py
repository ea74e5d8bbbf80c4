"""What cleaning costs and how well it does, beside what people use today."""
