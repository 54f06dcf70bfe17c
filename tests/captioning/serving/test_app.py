"""Requests and their answers."""

import base64
import json
import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from captioning.serving import log
from data_prep.pictures.reader import BadPicture, PictureReader


def form(*files):
    return [("image", (name, data, "image/jpeg")) for name, data in files]


def in_json(*files):
    return {"images": [base64.b64encode(data).decode() for data in files]}


def of_type(content_type):
    return {"headers": {"Content-Type": content_type}}


def test_pictures_are_answered_in_order_for_both_types_of_request(client_of, photo):
    client = client_of()
    files = [photo(50, 40), photo(30, 60), photo(20, 20)]
    names = ["a.jpg", "b.jpg", "c.jpg"]
    by_form = client.post(
        "/v1/caption", files=form(*zip(names, files, strict=True))
    ).json()["results"]
    by_json = client.post("/v1/caption", json=in_json(*files)).json()["results"]
    assert [result["image"] for result in by_form] == names
    assert [result["image"] for result in by_json] == [
        f"picture {n}" for n in (1, 2, 3)
    ]
    expected = ["50 by 40", "30 by 60", "20 by 20"]
    for results in (by_form, by_json):
        assert [r["captions"][0]["caption"] for r in results] == expected
    assert by_form[0]["captions"] == [
        {"caption": "50 by 40", "score": -1.0, "confidence": 0.5}
    ]


def test_a_bad_picture_costs_itself_only(client_of, photo):
    client = client_of()
    files = form(("a.jpg", photo(50, 40)), ("b\n.jpg", b"no picture"), ("c", b""))
    answer = client.post("/v1/caption", files=files)
    assert answer.status_code == 200
    good, bad, empty = answer.json()["results"]
    assert good["captions"][0]["caption"] == "50 by 40"
    with PictureReader() as reader:
        for result, data in ((bad, b"no picture"), (empty, b"")):
            with pytest.raises(BadPicture) as caught:
                reader.read_bytes(data, result["image"])
            assert result["error"] == str(caught.value)
            assert "expected" in result["error"] and result["error"].isprintable()
    none = client.post("/v1/caption", files=files[1:])
    assert none.status_code == 422
    assert none.json() == {"error": bad["error"], "results": [bad, empty]}


def test_options(client_of, photo, engine):
    client = client_of()

    def ask(**options):
        files = form(("a.jpg", photo(50, 40)))
        answer = client.post("/v1/caption", files=files, params=options)
        return answer.json()["results"][0]

    assert [c["score"] for c in ask(beams=2)["captions"]] == [-1.0, -2.0]
    attention = ask(attention=True)["attention"]
    assert attention["words"] == ["50", "by", "40"]
    assert attention["weights"] == [[[0.25, 0.25], [0.25, 0.25]]] * 3
    assert "attention" not in ask(min_confidence=0.5)
    assert ask(min_confidence=0.51) == {
        "image": "a.jpg",
        "captions": [],
        "confidence": 0.5,
    }
    assert engine.batches == [(1, 2), (1, None), (1, None), (1, None)]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"beams": 0}, "beams is '0'"),
        ({"beams": 4}, "search with 4 beams"),
        ({"beams": "many"}, "beams is 'many'"),
        ({"beam": 2}, "beam is '2'"),
        ({"min_confidence": 2}, "min_confidence is '2'"),
    ],
)
def test_options_that_are_refused(client_of, photo, options, reason):
    files = form(("a.jpg", photo(50, 40)))
    answer = client_of().post("/v1/caption", files=files, params=options)
    assert answer.status_code == 422
    assert re.search(f"{reason}.*expected", answer.json()["error"])


def test_what_an_engine_cannot_do_is_refused(client_of, photo, engine, monkeypatch):
    client = client_of()
    monkeypatch.setattr(engine, "gives_confidence", False)
    monkeypatch.delattr(type(engine), "caption_with_attention")
    for option in ("attention=1", "min_confidence=0.5"):
        answer = client.post(
            f"/v1/caption?{option}", files=form(("a.jpg", photo(9, 9)))
        )
        assert answer.status_code == 422 and option[:9] in answer.json()["error"]


@pytest.mark.parametrize(
    ("status", "reason", "request_"),
    [
        (415, "of type image/jpeg", {"content": b"x", **of_type("image/jpeg")}),
        (415, "of type none", {"content": b"x"}),
        (422, "a file in its field photo", {"files": {"photo": b"x"}}),
        (422, "text in its field image", {"data": {"image": "x"}, "files": {"y": b""}}),
        (422, "Too many files", {"files": form(*[("a", b"x")] * 3)}),
        (422, "has 3 pictures", {"json": in_json(b"x", b"x", b"x")}),
        (422, "images is", {"json": {"images": []}}),
        (422, "images.0 is '%'", {"json": {"images": ["%"]}}),
        (422, "url is", {"json": {**in_json(b"x"), "url": "x"}}),
        (422, "Invalid JSON", {"content": b"{", **of_type("application/json")}),
        (422, "cannot be read", {"content": b"x", **of_type("multipart/form-data")}),
        (413, "larger than 0.5 MiB", {"json": in_json(b"x" * 2**19)}),
    ],
)  # fmt: skip
def test_requests_that_are_refused(client_of, status, reason, request_):
    client = client_of(max_pictures=2, max_bytes=2**19)
    answer = client.post("/v1/caption", **request_)
    assert answer.status_code == status
    (error,) = answer.json().values()
    assert reason in error and "expected" in error and error.isprintable()


def test_a_key_is_asked_for_if_there_is_one(client_of, photo):
    client = client_of(api_key="geheim ü")

    def ask(**headers):
        files = form(("a.jpg", photo(9, 9)))
        return client.post("/v1/caption", files=files, headers=headers)

    missing, wrong = ask(), ask(**{"X-API-Key": "geheim"})
    assert (missing.status_code, wrong.status_code) == (401, 401)
    assert "missing" in missing.json()["error"] and "wrong" in wrong.json()["error"]
    assert ask(**{"X-API-Key": "geheim ü".encode()}).status_code == 200
    assert client.get("/healthz").status_code == 200


def test_pages_elsewhere_may_call_only_if_they_are_named(client_of, photo):
    ours = {"Origin": "https://example.org"}
    files = form(("a.jpg", photo(9, 9)))
    allowed = "access-control-allow-origin"
    answer = client_of().post("/v1/caption", files=files, headers=ours)
    assert allowed not in answer.headers
    client = client_of(origins=("https://example.org",))
    answer = client.post("/v1/caption", files=files, headers=ours)
    assert answer.headers[allowed] == "https://example.org"
    other = client.post("/v1/caption", files=files, headers={"Origin": "https://x.org"})
    assert allowed not in other.headers


def test_overload_is_answered_at_once_and_ends(client_of, photo, engine):
    client = client_of(queue_size=4, max_pictures=4)
    engine.may_go_on.clear()
    waits, began = threading.Barrier(9), []

    def ask(number):
        waits.wait()
        answer = client.post("/v1/caption", files=form(("a.jpg", photo(9, 9 + number))))
        began.append(answer.status_code)
        if len(began) == 4:  # those that found no place
            engine.may_go_on.set()
        return number, answer

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(ask, number) for number in range(8)]
        waits.wait()
        answers = [one.result(timeout=30) for one in asked]
    assert began[:4] == [429] * 4 and began[4:] == [200] * 4
    for number, answer in answers:
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) >= 1
            assert "expected fewer" in answer.json()["error"]
        else:
            (result,) = answer.json()["results"]
            assert result["captions"][0]["caption"] == f"9 by {9 + number}"
    assert "captioning_queue_pictures 0.0" in client.get("/metrics").text
    assert client.post("/v1/caption", files=form(("a", photo(9, 9)))).status_code == 200


def test_what_takes_too_long_is_ended(client_of, photo, engine):
    client = client_of(timeout=0.3)
    engine.may_go_on.clear()
    answer = client.post("/v1/caption", files=form(("a.jpg", photo(9, 9))))
    assert answer.status_code == 503 and answer.headers["retry-after"]
    engine.may_go_on.set()
    assert client.post("/v1/caption", files=form(("a", photo(9, 9)))).status_code == 200


def test_a_failure_is_no_end(client_of, photo, engine, monkeypatch, caplog):
    client = client_of()
    with monkeypatch.context() as patch:
        patch.setattr(engine, "caption", lambda pictures, num_beams: 1 / 0)
        answer = client.post("/v1/caption", files=form(("a.jpg", photo(9, 9))))
        assert answer.status_code == 500
        assert "its log says why" in answer.json()["error"]
        assert "division" not in answer.text
    assert client.post("/v1/caption", files=form(("a", photo(9, 9)))).status_code == 200


def test_routes_for_operation(client_of, photo):
    client = client_of()
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"
    client.post("/v1/caption", files=form(("a.jpg", photo(9, 9)), ("b", b"x")))
    client.get("/made-up/by/a/client")
    text = client.get("/metrics").text
    for line in (
        'captioning_requests_total{path="/v1/caption",status="200"} 1.0',
        'captioning_requests_total{path="other",status="404"} 1.0',
        'captioning_pictures_total{outcome="captioned"} 1.0',
        'captioning_pictures_total{outcome="refused"} 1.0',
        'captioning_request_seconds_count{path="/v1/caption"} 1.0',
    ):
        assert line in text
    assert "process_resident_memory_bytes" in text


def test_the_page_of_the_interface_needs_no_other_host(client_of):
    client = client_of()
    page = client.get("/docs").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links and not [link for link in links if "//" in link]
    for link in links:
        assert client.get(link).status_code == 200
    operation = client.get("/openapi.json").json()["paths"]["/v1/caption"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "multipart/form-data",
        "application/json",
    }
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names >= {"beams", "attention", "min_confidence"}
    assert {"401", "408", "413", "415", "422", "429", "503"} <= set(
        operation["responses"]
    )


def test_a_page_may_lie_beside_and_use_threads(client_of, tmp_path):
    (tmp_path / "index.html").write_text("drop a photo")
    client = client_of(page=tmp_path)
    page = client.get("/")
    assert page.text == "drop a photo"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["cross-origin-embedder-policy"] == "require-corp"
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/../../etc/passwd").status_code == 404
    assert client_of().get("/").status_code == 404


def test_the_log_has_a_line_of_json_a_request_and_nothing_of_its_contents(
    client_of, photo, caplog
):
    caplog.set_level(logging.INFO, "captioning.serving")
    files = form(("secret-name.jpg", photo(50, 40)), ("b", b"secret text"))
    client_of().post("/v1/caption", files=files)
    (record,) = [r for r in caplog.records if r.name == "captioning.serving"]
    text = log.JSONFormatter().format(record)
    line = json.loads(text)
    assert "\n" not in text and "secret" not in text and "50 by 40" not in text
    assert line["event"] == "request" and line["level"] == "info"
    assert (line["method"], line["path"], line["status"]) == (
        "POST",
        "/v1/caption",
        200,
    )
    assert (line["pictures"], line["refused"]) == (2, 1) and 0 < line["seconds"] < 30
