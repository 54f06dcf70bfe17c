"""python -m captioning: lists the commands."""

COMMANDS = """\
python -m data_prep.prepare     photos and captions, or texts -> a data set on disk
python -m captioning.train      a data set -> a run (without --data: the harbour)
python -m captioning.caption    photos -> captions, and tags
python -m captioning.read       texts -> moods, translations, related words
python -m captioning.evaluate   a run, or a file of captions -> scores
python -m captioning.export     a run -> a SavedModel, one file, or a small run
python -m captioning.gap        why the LSTM was needed: accuracy against distance

Each has a --help with an example. Start with: python -m captioning.train,
or, with a photo of yours: python -m captioning.caption photo.jpg"""

if __name__ == "__main__":
    print(COMMANDS)
