"""Diaries in Korean: the lexicon, and its endings, particles and negation.

A phrase ends in a predicate, written as its stem and its stem of the past, "가/갔",
from which all endings follow. If its first word ends in 이 or 가 it has a subject.
"""

import random

from data_prep.harbour.diary import Entry, Lexicon, Phrase, listed
from data_prep.harbour.hangul import has_final

_GOOD = """
시험에 붙/붙었; 모임이 즐겁/즐거웠; 대회에서 상을 받/받았; 경기에서 이기/이겼;
회사에 취직하/취직했; 일이 잘 풀리/풀렸; 일을 무사히 끝내/끝냈; 월급이 오르/올랐;
휴가를 받/받았; 칭찬을 받/받았; 상사에게 인정받/인정받았; 꿈을 이루/이뤘;
목표를 이루/이뤘; 발표를 훌륭하게 마치/마쳤; 계약을 따내/따냈; 장사가 잘되/잘됐;
돈을 벌/벌었; 돈을 모으/모았; 용돈을 받/받았; 빌려준 돈을 돌려받/돌려받았;
상금을 타/탔; 싸게 사/샀; 물건을 좋은 값에 팔/팔았; 열쇠를 찾/찾았;
잃어버린 반지를 찾/찾았; 가방을 되찾/되찾았; 병이 낫/나았; 상처가 아물/아물었;
열이 내리/내렸; 통증이 사라지/사라졌; 건강을 되찾/되찾았; 치료가 잘되/잘됐;
다리가 낫/나았; 퇴원하/퇴원했; 잠을 푹 자/잤; 푹 쉬/쉬었;
운동을 하고 몸이 가벼워지/가벼워졌; 날씨가 좋/좋았; 날씨가 따뜻하/따뜻했;
하늘이 맑/맑았; 비가 그치/그쳤; 무지개가 뜨/떴; 바람이 시원하/시원했;
햇살이 따스하/따스했; 꽃이 활짝 피/피었; 단풍이 아름답/아름다웠;
눈이 예쁘게 내리/내렸; 경치가 멋지/멋졌; 밥이 맛있/맛있었; 음식이 맛있/맛있었;
고기가 부드럽/부드러웠; 빵이 고소하/고소했; 과일이 달콤하/달콤했;
케이크가 맛있/맛있었; 국물이 시원하/시원했; 맛있게 먹/먹었; 배부르게 먹/먹었;
요리가 잘되/잘됐; 직원이 친절하/친절했; 서비스가 훌륭하/훌륭했; 가게가 깨끗하/깨끗했;
방이 깨끗하/깨끗했; 숙소가 편안하/편안했; 여행을 즐기/즐겼; 여행이 즐겁/즐거웠;
휴가가 즐겁/즐거웠; 기차를 제때 타/탔; 일찍 퇴근하/퇴근했; 길이 한산하/한산했;
바다가 아름답/아름다웠; 사진이 잘 나오/나왔; 자리를 얻/얻었; 표를 구하/구했;
집을 구하/구했; 집이 아늑하/아늑했; 집이 조용하/조용했; 새집이 마음에 들/들었;
옷이 잘 맞/맞았; 옷이 잘 어울리/어울렸; 차를 고치/고쳤; 컴퓨터를 고치/고쳤;
전화기가 잘되/잘됐; 칭찬이 쏟아지/쏟아졌; 추억을 쌓/쌓았; 꽃을 받/받았;
축하를 받/받았; 도움을 받/받았; 위로를 받/받았; 사과를 받/받았; 용서를 받/받았;
사랑을 받/받았; 응원을 받/받았; 소식이 반갑/반가웠; 친구를 사귀/사귀었;
친구와 화해하/화해했; 친구가 도와주/도와줬; 이웃이 도와주/도와줬; 가족이 모이/모였;
가족이 건강하/건강했; 아이가 웃/웃었; 아기가 태어나/태어났; 아기가 잘 자/잤;
아이가 칭찬받/칭찬받았; 아들이 취직하/취직했; 딸이 상을 받/받았;
어머니가 기뻐하/기뻐했; 아버지가 회복하/회복했; 할머니가 건강하/건강했;
고양이가 돌아오/돌아왔; 강아지가 살아나/살아났; 강아지가 반겨 주/줬;
사람들이 환영해 주/줬; 선생님이 칭찬해 주/줬; 결혼하/결혼했; 청혼을 받/받았;
오해가 풀리/풀렸; 문제가 해결되/해결됐; 소원을 이루/이뤘; 걱정이 사라지/사라졌;
고생이 끝나/끝났; 위기를 넘기/넘겼; 사고를 피하/피했; 함께 웃/웃었; 신나게 춤추/춤췄;
재미있게 놀/놀았; 즐겁게 지내/지냈; 기분이 좋/좋았; 마음이 편하/편했;
마음이 따뜻하/따뜻했; 속이 시원하/시원했; 몸이 가볍/가벼웠; 행복하/행복했; 기쁘/기뻤;
즐겁/즐거웠; 만족하/만족했; 뿌듯하/뿌듯했; 신나/신났; 감동하/감동했; 안심하/안심했;
마음을 놓/놓았; 희망을 얻/얻었; 힘을 얻/얻었; 용기를 얻/얻었; 편안하/편안했;
보람을 느끼/느꼈; 고맙/고마웠; 설레/설렜; 웃음이 나/났
"""
_BAD = """
시험을 망치/망쳤; 시험에 떨어지/떨어졌; 경기에서 지/졌; 회사에서 잘리/잘렸;
일자리를 잃/잃었; 일이 꼬이/꼬였; 일을 망치/망쳤; 월급이 깎이/깎였;
휴가를 빼앗기/빼앗겼; 꾸중을 듣/들었; 욕을 먹/먹었; 무시를 당하/당했;
꿈을 포기하/포기했; 발표를 망치/망쳤; 계약을 놓치/놓쳤; 장사가 망하/망했;
회사가 망하/망했; 일이 산더미처럼 쌓이/쌓였; 밤늦게까지 야근하/야근했; 돈을 잃/잃었;
돈을 날리/날렸; 돈을 떼이/떼였; 빚을 지/졌; 사기를 당하/당했; 벌금을 내/냈;
손해를 보/봤; 월세가 오르/올랐; 바가지를 쓰/썼; 값이 너무 비싸/비쌌;
지갑을 잃어버리/잃어버렸; 열쇠를 잃어버리/잃어버렸; 가방을 도둑맞/도둑맞았;
반지를 잃어버리/잃어버렸; 자전거를 도둑맞/도둑맞았; 우산을 두고 오/왔;
물건을 망가뜨리/망가뜨렸; 컵을 깨/깼; 병에 걸리/걸렸; 감기에 걸리/걸렸;
다리를 다치/다쳤; 손을 다치/다쳤; 손을 데/데었; 팔이 부러지/부러졌; 머리가 아프/아팠;
배가 아프/아팠; 이가 아프/아팠; 허리가 아프/아팠; 몸이 아프/아팠; 열이 나/났;
기침이 나/났; 체하/체했; 넘어지/넘어졌; 수술이 잘못되/잘못됐; 병이 나빠지/나빠졌;
입원하/입원했; 악몽을 꾸/꿨; 밤을 꼬박 새우/새웠; 몸살이 나/났; 쓰러지/쓰러졌;
날씨가 나쁘/나빴; 날씨가 춥/추웠; 날씨가 너무 덥/더웠; 비를 맞/맞았; 폭우가 내리/내렸;
태풍이 오/왔; 홍수가 나/났; 바람이 사납/사나웠; 공기가 나쁘/나빴;
눈길에 미끄러지/미끄러졌; 꽃이 시들/시들었; 밥이 맛없/맛없었; 음식이 맛없/맛없었;
음식이 상하/상했; 국이 짜/짰; 고기가 질기/질겼; 밥을 태우/태웠; 빵이 딱딱하/딱딱했;
굶/굶었; 배가 고프/고팠; 직원이 불친절하/불친절했; 서비스가 엉망이/엉망이었;
가게가 더럽/더러웠; 방이 더럽/더러웠; 방이 춥/추웠; 숙소가 불편하/불편했;
여행을 망치/망쳤; 여행이 취소되/취소됐; 약속이 취소되/취소됐; 기차를 놓치/놓쳤;
버스를 놓치/놓쳤; 지각하/지각했; 길을 헤매/헤맸; 길이 막히/막혔; 차가 막히/막혔;
차가 고장 나/났; 차 사고가 나/났; 사고를 당하/당했; 자리가 불편하/불편했;
줄이 너무 길/길었; 오래 기다리/기다렸; 집이 춥/추웠; 집이 시끄럽/시끄러웠;
집에 불이 나/났; 지붕이 새/샜; 벌레가 나오/나왔; 옷이 찢어지/찢어졌;
옷이 더러워지/더러워졌; 신발이 망가지/망가졌; 텔레비전이 고장 나/났;
전화기가 고장 나/났; 냉장고가 고장 나/났; 전기가 끊기/끊겼; 친구와 싸우/싸웠;
친구와 다투/다퉜; 친구를 잃/잃었; 친구가 배신하/배신했; 이웃과 싸우/싸웠;
이웃이 시끄럽/시끄러웠; 가족이 아프/아팠; 아이가 울/울었; 아이가 다치/다쳤;
아기가 아프/아팠; 아들이 말을 안 듣/들었; 딸이 울/울었; 어머니가 편찮으시/편찮으셨;
아버지가 쓰러지/쓰러졌; 할머니가 돌아가시/돌아가셨; 고양이가 죽/죽었;
강아지가 아프/아팠; 강아지가 사라지/사라졌; 사람들이 비웃/비웃었; 선생님이 화를 내/냈;
남편이 화를 내/냈; 이혼하/이혼했; 헤어지/헤어졌; 차이/차였; 거짓말에 속/속았;
오해를 받/받았; 의심을 받/받았; 따돌림을 당하/당했; 혼나/혼났; 싸움이 나/났;
문제가 생기/생겼; 후회하/후회했; 실수하/실수했; 실패하/실패했; 기분이 나쁘/나빴;
기분을 망치/망쳤; 마음이 아프/아팠; 마음이 무겁/무거웠; 속이 상하/상했; 슬프/슬펐;
외롭/외로웠; 괴롭/괴로웠; 힘들/힘들었; 지치/지쳤; 분통이 터지/터졌; 짜증이 나/났;
눈물이 나/났; 우울하/우울했; 불안하/불안했; 무섭/무서웠; 억울하/억울했; 답답하/답답했;
실망하/실망했; 절망하/절망했; 지루하/지루했; 서럽/서러웠; 창피하/창피했; 막막하/막막했
"""
_NEUTRAL = """
버스를 타/탔; 책상을 옮기/옮겼; 가게에 가/갔; 전화를 하/했; 문을 열/열었;
옷을 입/입었; 물을 마시/마셨; 신문을 보/봤; 회의가 있/있었; 친구가 오/왔;
손님이 오/왔; 편지가 오/왔; 월요일이/월요일이었; 일요일이/일요일이었; 집에 있/있었;
길을 걷/걸었; 시장에 가/갔; 회사에 가/갔; 학교에 가/갔; 병원에 가/갔; 차를 세우/세웠;
사람들이 많/많았; 눈이 오/왔; 점심시간이/점심시간이었; 머리를 자르/잘랐;
밖에 나가/나갔; 자리에 앉/앉았; 이사를 하/했; 일을 시작하/시작했; 소식을 듣/들었
"""
_ADVERBS = {
    1: listed("""
        다행히; 다행히도; 다행스럽게도; 운 좋게도; 운좋게; 기쁘게도; 고맙게도;
        감사하게도; 반갑게도; 행운으로; 행복하게도; 즐겁게도; 천만다행히; 고맙게;
        마침내; 기특하게도"""),
    -1: listed("""
        불행하게도; 불행히도; 불행히; 안타깝게도; 아쉽게도; 슬프게도; 유감스럽게도;
        속상하게도; 운 나쁘게도; 재수 없게; 하필; 하필이면; 억울하게도; 괴롭게도;
        어이없게도; 실망스럽게도; 서럽게도"""),
}
LEXICON = Lexicon({1: listed(_GOOD), -1: listed(_BAD), 0: listed(_NEUTRAL)}, _ADVERBS)
_SUBJECTS = listed("""
    나는; 내가; 저는; 우리는; 우리 가족은; 동생은; 언니는; 누나가; 형은; 아버지는;
    아빠가; 엄마는; 어머니는; 친구는; 남편은; 아내는; 아들은; 딸은; 동료는; 이웃은;
    할아버지는; 삼촌은""")
_TIMES = listed("""
    오늘; 오늘은; 오늘도; 어제; 어제는; 아침에; 아침부터; 점심에; 저녁에; 밤에;
    주말에; 지난주에; 이번 주는; 이번에는; 작년에; 회사에서; 학교에서; 집에서;
    여행지에서; 길에서; 결국; 또; 갑자기; 처음에는""")
_CONTRASTS = listed(
    "지만; 는데; 으나; 지만; 는데; 는데도; 다. 하지만; 다. 그런데; 다. 그러나"
)
_PAIRS = listed("고; 고; 아서; 아서; 기 때문에; 다. 그래서; 다. 그리고; 으며")
_ENDINGS = listed("다.; 다.; 다; 다!; 어요.; 어요; 습니다.; 네요; 네; 음")
_VERY = listed("정말; 너무; 아주; 무척; 진짜; 참")
# Predicates that are states: their endings of the present follow the stem itself.
_STATES = listed("""
    좋; 따뜻하; 맑; 시원하; 따스하; 아름답; 멋지; 맛있; 반갑; 부드럽; 고소하; 달콤하;
    친절하; 훌륭하; 깨끗하; 편안하; 즐겁; 한산하; 아늑하; 조용하; 건강하; 편하; 가볍;
    행복하; 기쁘; 뿌듯하; 고맙; 나쁘; 춥; 덥; 사납; 맛없; 짜; 질기; 딱딱하; 고프;
    비싸; 불친절하; 더럽; 불편하; 길; 시끄럽; 아프; 무겁; 슬프; 외롭; 괴롭; 힘들;
    우울하; 불안하; 무섭; 억울하; 답답하; 지루하; 서럽; 창피하; 막막하; 있; 많""")
_OF_THE_PRESENT = listed(
    "다.; 다; 다!; 네요; 네; 지만; 고; 기 때문에; 다. 하지만; 다. 그래서"
)
_S, _L = 20, 8  # the places of ㅆ and ㄹ among the finals


def sentence(entry: Entry) -> str:
    """Return the meaning in Korean; its ``wording`` decides between synonyms."""
    rng = random.Random(f"korean/{entry.wording}")
    main, other, adverb = entry.main, entry.other, entry.adverb
    if other is None:
        lead = _lead(main, adverb, rng)
        return f"{lead} {_said(main, rng.choice(_ENDINGS), rng)}".strip()
    contrasted = other.sign != main.sign
    ending = rng.choice(_CONTRASTS if contrasted else _PAIRS)
    # The adverb of a pair stands before both, that of a contrast after the turn.
    lead = _lead(other, "" if contrasted else adverb, rng)
    before = rng.choice(("", "", rng.choice(_TIMES))) if contrasted else ""
    turn = " ".join((before, adverb)) if contrasted else ""
    last = _said(main, rng.choice(_ENDINGS), rng)
    return " ".join(f"{lead} {_said(other, ending, rng)} {turn} {last}".split())


def _lead(phrase: Phrase, adverb: str, rng: random.Random) -> str:
    """Return what comes before a phrase: subject, time and adverb, in some order."""
    own_subject = phrase.words.split()[0][-1] in "이가"
    subject = "" if own_subject else rng.choice(("", rng.choice(_SUBJECTS)))
    time = rng.choice(("", rng.choice(_TIMES)))
    order = [[adverb, subject, time], [subject, adverb, time], [subject, time, adverb]]
    return " ".join(" ".join(rng.choice(order)).split())


def _said(phrase: Phrase, ending: str, rng: random.Random) -> str:
    """Return a phrase with an ending that follows the stem of the past."""
    words, past = phrase.words.split("/")
    *before, stem = words.split()
    is_state = stem in _STATES and ending in _OF_THE_PRESENT and rng.random() < 0.5
    if phrase.sign and not phrase.negated and rng.random() < 0.15:
        before.append(rng.choice(_VERY))
    if is_state:
        past = stem
    if phrase.negated:
        past, not_so = _negated(stem, past, phrase.sign, rng)
        before += not_so
        if is_state and past.endswith("않았"):
            past = past.removesuffix("았")
    elif ending == "고" and rng.random() < 0.5:
        past = stem
    if ending == "아서":
        past, ending = _with_final(past, -_S), "서"
    return " ".join((*before, past + ending))


def _negated(stem: str, past: str, sign: int, rng) -> tuple[str, list[str]]:
    """Return the stem of a denied predicate, and the words that it adds before it."""
    drawn = rng.random()
    if sign < 0 and drawn < 0.3 and stem not in _STATES:  # a good thing that failed
        return f"{stem}지 못했", []
    if sign < 0 and drawn < 0.4 and stem not in _STATES and not has_final(stem):
        return f"{_with_final(stem, _L)} 수 없었", []
    if drawn < 0.6 and len(past) <= 3:
        return past, ["안"]
    return f"{stem}지 않았", rng.choice(([], [], ["전혀"]))


def _with_final(stem: str, change: int) -> str:
    """Return a stem whose last syllable has another final: 갔 without ㅆ is 가."""
    return stem[:-1] + chr(ord(stem[-1]) + change)
