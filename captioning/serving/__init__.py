"""The HTTP service, pictures in requests -> captions in answers, and the page of the
browser, which needs no service.

A request goes `limits` (size and time of its body) -> `app` (routes, key) -> `uploads`
(the pictures in it) -> `decoders` (each picture in a process of its own) -> `batcher`
(pictures of all requests, a batch at a time) -> an engine of `captioning.inference`.
`server` runs the app on a port; `log` and `metrics` tell what was done.

`page/` has the page's files; `site` writes them, with a captioner, as a folder for any
web server.
"""
