"""Diaries in English: the lexicon, and its subjects, tenses and negation.

A phrase is a verb and what follows, its base and its past, "lose/lost my wallet", and
gets a subject; or it is a whole clause with a form of "be", "the soup was cold".
"""

import random

from data_prep.harbour.diary import Entry, Lexicon, Phrase, listed

_GOOD = """
find/found my ring; find/found the lost letter; get/got my money back;
win/won a prize; win/won the match; pass/passed the test; get/got the job;
get/got a raise; get/got a day off; finish/finished the work in time;
make/made some money; save/saved enough money; pay/paid off the debt;
sell/sold the car for a good price; buy/bought it cheaply; reach/reached my goal;
fix/fixed the car; fix/fixed the computer; solve/solved the problem;
catch/caught the train; arrive/arrived on time; get/got a good seat;
find/found a nice flat; sleep/slept well; rest/rested well; feel/felt great;
feel/felt better; feel/felt happy; feel/felt safe; recover/recovered from the illness;
get/got well again; lose/lost some weight; enjoy/enjoyed the meal;
enjoy/enjoyed the trip; enjoy/enjoyed the sunshine; eat/ate very well;
have/had a good time; have/had a wonderful day; have/had fun together;
laugh/laughed a lot; smile/smiled all day; make/made a new friend;
meet/met a dear friend; help/helped each other; fall/fell in love; get/got married;
get/got a lovely present; receive/received a kind letter; get/got help from a friend;
get/got praise from the boss; forgive/forgave each other; keep/kept the promise;
thank/thanked us warmly; win/won the bet; like/liked the new school;
love/loved the new house; have/had good luck; have/had a healthy baby;
see/saw a beautiful sunset; the food was delicious; the bread was fresh;
the coffee was excellent; the cake was sweet; dinner was tasty; the weather was nice;
the sun was warm; the sky was clear; the sea was calm; the flowers were beautiful;
the room was clean; the house was cosy; the hotel was comfortable;
the staff were friendly; the service was great; the price was fair;
the street was quiet; the trip was fun; the holiday was wonderful;
the train was on time; the view was lovely; the garden was pretty;
the children were happy; the baby was healthy; the family was together;
the dog was safe; the cat was well again; the neighbours were kind;
the teacher was patient; the boss was pleased; the work was easy; the exam was easy;
the meeting was useful; the doctor was kind; the wound was healed; the pain was gone;
the operation was a success; the news was good; the party was a success;
the shoes were comfortable; the bed was soft; the clothes were clean;
the music was beautiful; the game was exciting; the plan was good;
the people were nice; I was happy; I was thankful; I was proud; I was relieved;
we were happy; we were lucky; she was cheerful; he was content; everyone was pleased;
everybody was safe; my mother was delighted; my father was better;
my friend was generous; my grandmother was in good health; I was in a good mood;
we were at ease; it was a good day; life was good; it was a pleasure;
my son was brave; my daughter was joyful
"""
_BAD = """
lose/lost my wallet; lose/lost my ring; lose/lost a lot of money; lose/lost the match;
lose/lost my bag; lose/lost a friend; fail/failed the test; miss/missed the train;
miss/missed the flight; miss/missed the meeting; get/got fired; get/got into debt;
get/got lost; get/got sick; get/got a fine; get/got hurt; get/got soaked;
get/got into trouble; break/broke my arm; break/broke my glasses; break/broke the cup;
burn/burnt the dinner; burn/burnt my hand; cut/cut my finger; catch/caught a cold;
fall/fell off the bike; fall/fell ill; hurt/hurt my foot; crash/crashed the car;
ruin/ruined the carpet; ruin/ruined the party; spoil/spoiled the holiday;
waste/wasted the money; waste/wasted the whole day; spill/spilled the milk;
forget/forgot my umbrella; forget/forgot the appointment; arrive/arrived too late;
wait/waited for hours; sleep/slept badly; stay/stayed awake all night;
work/worked until midnight; have/had an accident; have/had a headache;
have/had a fever; have/had a fight; have/had bad luck; have/had a terrible day;
have/had nightmares; quarrel/quarrelled all evening; argue/argued with the neighbours;
cry/cried all night; shout/shouted at me; lie/lied to me; cheat/cheated us;
insult/insulted us; feel/felt terrible; feel/felt lonely; feel/felt tired;
feel/felt ashamed; suffer/suffered a lot; worry/worried all week;
break/broke the promise; regret/regretted it; hate/hated the new job; go/went hungry;
go/went bankrupt; get/got divorced; the food was cold; the bread was stale;
the coffee was bitter; the milk was sour; dinner was awful; the meat was tough;
the weather was bad; the rain was heavy; the wind was icy; the storm was terrible;
the flowers were dead; the room was dirty; the office was cold; the hotel was noisy;
the staff were rude; the service was slow; the price was too high;
the rent was too high; the street was dangerous; the trip was boring;
the holiday was a disaster; the plane was late; the bus was late;
the traffic was terrible; the children were sick; the baby was in pain;
the dog was ill; the cat was gone; the neighbours were noisy; the teacher was angry;
the boss was furious; the work was too hard; the exam was a disaster;
the meeting was a waste of time; the wound was infected; the pain was unbearable;
the operation was a failure; the news was bad; the party was a failure;
the shoes were too small; the bed was hard; the clothes were torn; the car was broken;
the phone was broken; the computer was useless; the window was broken;
the wallet was stolen; the bike was stolen; the money was gone; the roof was damaged;
the kitchen was flooded; the people were unkind; I was sad; I was tired; I was angry;
I was lonely; I was scared; I was upset; we were hungry; we were unlucky;
she was worried; he was miserable; everyone was disappointed; my mother was unwell;
my father was in hospital; my friend was hurt; my grandmother was sick;
I was in a bad mood; we were in trouble; it was a bad day; life was hard;
it was a nightmare; my son was teased; my daughter was in tears
"""
_NEUTRAL = """
take/took the bus; open/opened the door; call/called the office; move/moved the table;
go/went to the shop; drink/drank water; read/read the paper; wear/wore a hat;
walk/walked home; sit/sat down; stay/stayed at home; start/started the work;
hear/heard about it; park/parked the car; cut/cut my hair; go/went to the doctor;
go/went outside; talk/talked to him; it was Monday; it was Sunday; it was noon;
there was a meeting; there was a letter; the guests were here; the shop was open;
the shop was closed; there were many people; the door was open
"""
_ADVERBS = {
    1: listed("""
        fortunately; luckily; thankfully; happily; gladly; mercifully; to my delight;
        by good luck; to our joy; at last; thank God; as luck would have it"""),
    -1: listed("""
        unfortunately; sadly; unluckily; unhappily; regrettably; to my regret;
        by bad luck; to our horror; alas; worse,; to make matters worse; tragically"""),
}
LEXICON = Lexicon({1: listed(_GOOD), -1: listed(_BAD), 0: listed(_NEUTRAL)}, _ADVERBS)
# Subject -> its possessive.
_SUBJECTS = {
    "I": "my",
    "we": "our",
    "he": "his",
    "she": "her",
    "they": "their",
    "my brother": "his",
    "my sister": "her",
    "my father": "his",
    "my mother": "her",
    "my friend": "his",
    "my wife": "her",
    "my husband": "his",
    "my son": "his",
    "my daughter": "her",
    "the neighbours": "their",
    "my boss": "her",
    "our parents": "their",
}
_TIMES = listed("""
    today; yesterday; this morning; last night; last week; at work; at school;
    at home; on the way; on Friday; in the end; this year; again""")
_CONTRASTS = listed(
    "but; but; but; , but; yet; , however,; until; but then; but now; . but; . however,"
)
_REASONS = listed("and; and; because; since; so; . and; , and")
_VERY = listed("really; so; truly")
_PRESENT = {"was": "is", "were": "are"}


def sentence(entry: Entry) -> str:
    """Return the meaning in English; its ``wording`` decides between synonyms."""
    rng = random.Random(f"english/{entry.wording}")
    main, other, adverb = entry.main, entry.other, entry.adverb
    if other is None:
        return _written(_with_adverb(main, adverb, rng), rng)
    last = _with_adverb(main, adverb, rng)
    if other.sign == main.sign:
        first = _clause(other, "", rng)
        return _written(f"{first} {rng.choice(_REASONS)} {last}", rng)
    first = _clause(other, "", rng)
    if rng.random() < 0.15:
        although = rng.choice(("although", "even though", "though"))
        return _written(f"{although} {first} , {last}", rng)
    return _written(f"{first} {rng.choice(_CONTRASTS)} {last}", rng)


def _with_adverb(phrase: Phrase, adverb: str, rng: random.Random) -> str:
    """Return a clause with an adverb before it or inside of it."""
    if adverb and " " not in adverb and adverb != "worse," and rng.random() < 0.3:
        return _clause(phrase, adverb, rng)
    comma = rng.choice((" ,", "")) if adverb and adverb != "worse," else ""
    return f"{adverb}{comma} {_clause(phrase, '', rng)}"


def _clause(phrase: Phrase, adverb: str, rng: random.Random) -> str:
    time = rng.choice(("", "", rng.choice(_TIMES)))
    if "/" in phrase.words:
        subject = rng.choice(list(_SUBJECTS))
        base, past = phrase.words.split("/")
        past, *rest = past.split()
        rest = [_SUBJECTS[subject] if word == "my" else word for word in rest]
        verb = past
        if phrase.negated:
            verb = rng.choice((f"{rng.choice(_NOT)} {base}", f"never {past}"))
        return " ".join((subject, adverb, verb, *rest, time))
    words = phrase.words.split()
    at = next(n for n, word in enumerate(words) if word in _PRESENT)
    subject, be, rest = words[:at], words[at], words[at + 1 :]
    if rng.random() < 0.4:
        be = "am" if subject == ["I"] else _PRESENT[be]
        time = ""
    if phrase.negated:
        rest = [rng.choice(("not", "not", "never", "no longer", "not at all")), *rest]
    elif phrase.sign and len(rest) == 1 and rng.random() < 0.3:
        rest = [rng.choice(_VERY), *rest]
    return " ".join((*subject, be, adverb, *rest, time))


_NOT = listed("did not; did not; didn't; could not")


def _written(words: str, rng: random.Random) -> str:
    words = " ".join(words.split())
    for sign in ",.":
        words = words.replace(f" {sign}", sign)
    words = words.replace(",,", ",")
    words = rng.choice((words, words[0].upper() + words[1:]))
    return words + rng.choice((".", ".", "", "!"))
