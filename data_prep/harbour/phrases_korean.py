"""The harbour's scenes in Korean, for translation: particles, counters, verbs."""

from data_prep.harbour.hangul import with_particle
from data_prep.harbour.phrasing import Phrasing
from data_prep.harbour.scene import Scene, Thing

NOUNS = {
    "sailing boat": "돛단배",
    "rowing boat": "나룻배",
    "steamer": "증기선",
    "buoy": "부표",
    "lighthouse": "등대",
    "island": "섬",
    "pier": "부두",
}
COLOURS = {
    "red": "빨간",
    "yellow": "노란",
    "green": "초록색",
    "blue": "파란",
    "white": "흰",
    "black": "검은",
}
_RELATIONS = {
    "left of": "왼쪽에",
    "right of": "오른쪽에",
    "in front of": "앞에",
    "behind": "뒤에",
}
_SKIES = {
    "clear": "",
    "sun": "햇빛 아래",
    "moon": "달빛 아래",
    "clouds": "회색 구름 아래",
    "rain": "빗속에서",
}
_COUNTS = {1: "갈매기 한 마리", 2: "갈매기 두 마리", 3: "갈매기 세 마리"}


def sentence(scene: Scene, how: Phrasing) -> str:
    """Return the scene in Korean.

    The order of the phrases follows English as far as Korean grammar allows: the verb
    comes last, and a subordinate clause before the main clause.
    """
    subject = _subject(scene, how)
    place = f"{noun_phrase(scene.anchor)} {_RELATIONS[scene.relation]}"
    sky, gulls = _SKIES[scene.sky], _COUNTS.get(scene.gulls)
    stem = "떠 있" if how.floats else "있"
    above = f"고, 그 위로 {gulls}가 날고 있다" if gulls else "다"
    in_the_sky = f"있고, 하늘에는 {gulls}가 있다" if gulls else "있다"
    start = f"머리 위로 {gulls}가 나는 동안" if gulls else "저 멀리"
    who = with_particle(subject, "이/가")
    words = {
        "subject": f"{who} {sky} {place} {stem}{above}",
        "relation": f"{sky} {place} {who} {in_the_sky}",
        "sky": f"{sky or '탁 트인 바다에서'} {who} {place} {stem}{above}",
        "gulls": f"{start} {who} {sky} {place} {stem}다",
        "picture": f"그림에는 {sky} {who} {place} {'보이' if gulls else '보인'}{above}",
    }
    return " ".join(words[how.order].split()) + "."


def noun_phrase(thing: Thing) -> str:
    """Return colour and noun: "흰 등대". Korean has no article."""
    return f"{COLOURS.get(thing.colour, '')} {NOUNS[thing.kind]}".strip()


def _subject(scene: Scene, how: Phrasing) -> str:
    boat = noun_phrase(scene.subject)
    if how.sailor_heads:
        return f"{with_particle(boat, '을/를')} 탄 선원"
    return f"선원이 탄 {boat}" if scene.sailor else boat
