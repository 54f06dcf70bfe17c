"""What the commands share: arguments, which run, what to type next."""
