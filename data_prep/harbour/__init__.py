"""The harbour: a generated world of scenes, with pictures and sentences.

- `scene`: what a scene is, the facts it shows, and its split
- pictures: `render` (the whole picture), `layout` (things and their positions), drawn
  by `boats`, `landmarks` and `sky` from `shapes`, in the colours of `paints`
- captions: `captions`, five English captions of a scene, and facts read from a caption
- translation: `phrasing`, and one sentence in `phrases_english`, `phrases_german` and
  `phrases_korean`
- sentiment: `moods`, with `moods_english` and `moods_korean`
- a new kind of thing goes into `scene.KINDS`, its drawing into `boats` or `landmarks`
  and `layout`, its nouns into `captions` and the `phrases_*`
- `hangul`: Korean particles; `sampling`: sizes of the generated splits
"""
