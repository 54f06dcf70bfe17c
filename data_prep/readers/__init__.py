"""The files that users have: caption files, text files, folders."""
