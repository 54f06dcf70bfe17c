"""coco-caption's tokenizer: the tokens that published scores are computed on.

coco-caption (Chen et al. 2015, "Microsoft COCO Captions: Data Collection and Evaluation
Server", arXiv:1504.00325) splits every caption with the Stanford PTBTokenizer of
CoreNLP 3.4.1 (`-preserveLines -lowerCase`) and then drops a list of punctuation tokens.
Scores can be compared only on exactly those tokens, so this module reproduces the
observed behaviour of that program, without Java, oddities included.

Which characters are letters, in any script, says `metrics.ptb_characters`. White space
separates tokens. At each position, a word that must be split ("do|n't",
"can|not") is looked for first; otherwise all rules of a table are tried and the longest
match is the token. A character that no rule matches (an emoji) is dropped.

Not reproduced: telephone numbers with spaces or brackets, some rare signs, and two or
more marks between words without any space ("3.5-U.S./a,b").
"""

import re
from collections.abc import Mapping

from captioning.metrics.ptb_characters import LETTERS, SIGNS

# coco-caption's list without its brackets: it names them in capitals ("-LRB-"), but the
# tokens are lower case, so that "-lrb-" is in fact not removed there, nor here.
PUNCTUATION = frozenset("'' ' `` ` . ? ! , : - -- ... ;".split())

# Abbreviations that keep their full stop, in any spelling of capitals ...
_ALWAYS = """
    adj adm adv al ala alex apr ariz assn assoc asst atty aug ave bancorp bhd bldg blvd
    brig bros calif capt cf cie cmdr co col colo comdr conn corp cos cpl ct dak dec dept
    det dr drs elec ens esq est etc ext feb fla fri ft ga gen gov govs hon inc ind insp
    intl invt jan jos jr jul jun kan kans ky lieut lt ltd maj mar md messrs mfg mich
    minn mlle mme mo mon mont mr mrs ms msgr mt mtg natl neb nev nov oct okla penn pfc
    ph plc ppte ppty pres prof profs pte ptes pty ptys pvt rd rep reps rev rt sen sens
    sep sept seq sfc sgt spc sq sr st ste supt sys tel tenn thu thurs treas tue tues
    univ va vs vt wed wis wisc wm wyo
""".split()
# ... only when capitalised, since they are also words ("ill", "miss", "wash") ...
_CAPITALISED = "ark az del ill la mass miss ore pa tex wash".split()
# ... only before a number ("no. 5").
_NUMBERED = "art ca fig figs no nos op pp prop".split()

# Words that are not split at the apostrophe, although the general rules would.
_WHOLE = "c'mon e'er ev'ry hallowe'en li'l ma'am nat'l ne'er s'mores".split()

_L = f"(?-i:[a-zA-Z{LETTERS}])"
# Letters, with their marks, and digits. The doubled plus is possessive: it does not
# backtrack, so that no caption takes exponential time.
_W = rf"(?:{_L}|\d)++"
_A = "['\u2019]"  # apostrophes
_NUMBER = r"(?:\d+(?:[.,:]\d+)*|(?:[.,:]\d+)+)"


def _any_of(words: list[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


def _capitalised(words: list[str]) -> str:
    return _any_of([form for w in words for form in (w.capitalize(), w.upper())])


# Beginnings of words that are split; the rest is the next token.
_SPLIT = re.compile(
    rf"""
      {_L}+?(?=n['\u2019\u2018`]t(?!{_L}))                     # do|n't  ca|n't
    | (?:can(?=not)|(?:gon|wan)(?=na)|got(?=ta)|(?:lem|gim)(?=me))   # can|not  gon|na
      (?=(?:not|na|ta|me)(?!{_L}|\d|{_A}(?:s|m|d|re|ve|ll)(?!{_L})|[-_/]\w|[.!?]{_L}))
    | 't(?=(?:is|was)(?:n't)?(?!{_L}))                         # 't|is  't|was
    """,
    re.VERBOSE | re.IGNORECASE,
)

# The table of rules, which ignore case except within (?-i:...).
_RULES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Words: two-year-old, and/or, snake_case.
        rf"{_W}(?:[-_\u058a\u2010\u2011]{_W})*",
        r"[a-z\d]+(?:(?:[-_]|\\?/)[a-z\d]+)*",
        # Words joined by a mark without spaces: dogs.cats, u.s.a, yes!no;
        # also by a comma, if a hyphen follows: u.s.-made, 5,000-seat, hat,t-shirt.
        rf"{_L}(?:{_L}|\d)*+(?:[.!?]{_L}(?:{_L}|\d)*+)+",
        rf"{_W}(?:[.,]|{_L}|\d)*+(?:-{_W})+",
        rf"(?:{_W}-)+(?:[a-z]\.){{2,}}",
        # Contractions, alone or after what _SPLIT or a word matched: n't 's 'll 'em.
        rf"n['\u2019\u2018`]t(?!{_L})",
        rf"{_A}(?:s|m|d|re|ve|ll)(?!{_L})",
        rf"{_A}(?:em|till?|cause)",
        rf"{_A}n(?:{_A}|(?!{_L}))",
        # Apostrophes inside a word: o'clock, d'artagnan; y'|all, ol', l'|e; ma'am.
        rf"(?:{_W}-)*[dlno]{_A}(?!(?:re|ve|ll)(?!{_L})){_L}{{2,}}(?:-{_W})*",
        rf"(?:[dlj]|ol|y(?={_A}{_L})){_A}(?!(?:s|m|d|re|ve|ll)(?!{_L}))",
        rf"(?:{'|'.join(_WHOLE)})".replace("'", _A),
        # Abbreviations and initials with their full stop.
        rf"(?:{_any_of(_ALWAYS)}|(?-i:{_capitalised(_CAPITALISED)}))\.",
        rf"{_any_of(_NUMBERED)}\.(?=\s?\d)",
        r"(?:[a-z]\.)+|ph\.d\.",
        rf"{_L}+\.(?=[,;:])",  # "a bat., then": taken for an abbreviation
        # Numbers: 1,000 5:30 -3 .5; 1/2, "3 1/2"; years and decades: '99 '90s.
        rf"[-+]?{_NUMBER}",
        r"(?:\d{1,4}[- \xa0])?\d{1,4}/\d{1,4}(?:/\d{2,4})?",
        rf"{_A}\d\d(?=\s|$)|{_A}[2-9]0s",
        # Names with signs: R&B, user@host, @name, #tag, web addresses, mark-up.
        r"(?-i:[A-Z]+(?:&[A-Z]+)+)",
        r"[\w.]+@[\w.@]*\w|@[a-z_]\w*",
        rf"\#{_L}+",
        r"c\+\+|[cf]\#",
        r"https?://[^\s<>\"]*[^\s<>\".,;:!?)']",
        r"[a-z]\w*\.(?:com|net|org|edu)/[^\s<>\"]+[^\s<>\".,;:!?)']",
        r"</?[a-z][a-z0-9]*(?:\s+[a-z]+(?:\s*=\s*\"[^\"]*\")?)*\s*/?>",
        r"[:;=][-o^]?[()DP](?!\w)|:[O3](?![\w'])|\^_\^",  # :-)
        r"-[lr][rcs]b-",  # text that was already tokenized by the original
        # Signs: runs that stay together, then any single one.
        r"[!?]+|-{5,}|-{2,4}|\.{3,5}|\#+|\*+|_+|@+|<<|>>|''|``",
        rf"[!-/:-@\[-`{{-~{SIGNS}]",
    )
)

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
# Most of a caption: a word of ASCII letters with a space behind it. It needs
# no table unless it is one of the words that _SPLIT splits.
_PLAIN = re.compile(r"([A-Za-z]+)(?= |$)")
_SPLIT_WHOLE = {"cannot", "gonna", "wanna", "gotta", "lemme", "gimme"}

_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_ENTITY = re.compile("|".join(_ENTITIES) + "|&nbsp;|\xad")

# Signs that the original writes in ASCII or in words.
_ASCII: Mapping[str, str] = {
    **{"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-"},
    **{"{": "-lcb-", "}": "-rcb-", '"': "''", "\u201c": "``", "\u201d": "''"},
    **{"\u2018": "`", "\u2019": "'", "\u201b": "`", "\u2039": "`", "\u203a": "'"},
    **{"\xab": "``", "\xbb": "''", "\u2013": "--", "\u2014": "--", "\u2015": "--"},
    **{"\u2026": "...", "\xbd": "1/2", "\xbc": "1/4", "\xbe": "3/4", "\u2153": "1/3"},
    **{"\x80": "$", "\u20a0": "$", "\x91": "`", "\x92": "'", "\x93": "``"},
    **{"\x94": "''", "\x96": "--", "\x97": "--"},
    **{"\u2154": "2/3", "\xa2": "cents", "\xa3": "#", "\xa4": "$", "\u20ac": "$"},
}
_BRACKETS = str.maketrans({"(": "-lrb-", ")": "-rrb-"})
_CLITICS = re.compile(r"(?:n\u2019t|\u2019(?:s|m|d|re|ve|ll))")


def tokenize(caption: str) -> list[str]:
    """Return coco-caption's tokens of one caption: lower case, without punctuation.

    Args:
        caption: text as written by a person; line breaks count as spaces.

    Returns:
        The tokens in order; an empty list for a caption without words.

    Example:
        >>> tokenize("A man's two-year-old dog doesn't bark.")
        ['a', 'man', "'s", 'two-year-old', 'dog', 'does', "n't", 'bark']
    """
    text = _ENTITY.sub(lambda m: _ENTITIES.get(m[0], " " * (m[0] != "\xad")), caption)
    tokens = []
    position, end = 0, len(text)
    while position < end:
        if space := _SPACE.match(text, position):
            position = space.end()
            continue
        plain = _PLAIN.match(text, position)
        if plain and (word := plain[1].lower()) not in _SPLIT_WHOLE:
            tokens.append(word)
            position = plain.end()
            continue
        length = _longest(text, position)
        if length:
            tokens.append(_normalised(text[position : position + length]))
        position += length or 1
    return [token for token in tokens if token not in PUNCTUATION]


def _longest(text: str, position: int) -> int:
    """Return the length of the token at `position`, or 0 without a match."""
    if split := _SPLIT.match(text, position):
        return split.end() - position
    ends = (m.end() for rule in _RULES if (m := rule.match(text, position)))
    return max(ends, default=position) - position


def _normalised(token: str) -> str:
    """Return a token as the original prints it."""
    token = token.lower()
    if token.startswith("..."):
        return "..."
    if token in _ASCII:
        return _ASCII[token]
    if _CLITICS.fullmatch(token):
        return token.replace("\u2019", "'")
    # A token with a space inside ("3 1/2") is printed with a no-break space.
    return token.replace(" ", "\xa0").translate(_BRACKETS)
