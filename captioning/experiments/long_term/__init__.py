"""The long-term dependency problem, measured: Elman cells against LSTM cells."""
