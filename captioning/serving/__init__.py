"""The HTTP service, pictures in requests -> captions in answers, and the page of the
browser, which needs no service.

A request goes `body_limits` (size and time of its body; else status 413 or 408) ->
`app` (routes, key; status 422 if no picture can be used) -> `uploads` (the pictures in
it) -> `decoders` (each picture in a process of its own) -> `batcher` (pictures of all
requests, a batch at a time) -> an engine of `captioning.inference`. `errors` makes
answers in JSON of what went wrong. `server` runs the app on a port; `log` and `metrics`
tell what was done.

`page/` has the page's files, its look in `page/app/style.css`; `site` writes them, with
a captioner, as a folder for any web server.
"""
