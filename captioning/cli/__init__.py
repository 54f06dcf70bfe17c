"""The flags of train, caption and evaluate; what commands share: arguments, which run,
what to type next.
"""
