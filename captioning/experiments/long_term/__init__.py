"""The long-term dependency problem, shown and measured: why the LSTM was needed."""
