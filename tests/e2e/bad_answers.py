"""The ways in which an answer can be bad: every fault of the gate and of the feed's client, as bent good answers."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from bot.sandbox.answers import Answer, Request
from bot.sandbox.server import Answering

DAY = date(2026, 11, 11)
"""The day whose answers are bad."""
APPS, MODELS, ALL = "apps", "models", "all"

Bend = Callable[[Answering, Request], Answer]
"""From whoever answers well and a request to the bad answer."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A kind of bad answer. ``where``: to which requests it is given; of ``apps`` and ``models`` only those of DAY."""

    name: str
    where: str
    bend: Bend

    def answers(self, plain: Answering) -> Answering:
        """Who answers so in place of ``plain``."""
        return lambda request: self.bend(plain, request) if self.meets(request) else plain(request)

    def meets(self, request: Request) -> bool:
        """Whether the request gets it."""
        path = {APPS: "app-rankings", MODELS: "rankings-daily", ALL: ""}[self.where]
        return request.path.endswith(path) and (self.where == ALL or request.query.get("end_date") == DAY.isoformat())


def table() -> Iterator[Bad]:
    """All of them."""
    for where, bends in ((APPS, _APPS), (MODELS, _MODELS), (APPS, _DOCUMENTS), (ALL, _TRANSPORT)):
        yield from (Bad(f"{where}: {name}", where, bend) for name, bend in bends.items())


# ── documents that are bent ──────────────────────────────────────────────────────────────────────────────────


def _edit(change: Callable[[dict[str, Any]], object]) -> Bend:
    """Changes the document in place."""

    def bend(plain: Answering, request: Request) -> Answer:
        answer = plain(request)
        document = json.loads(answer.body)
        change(document)
        return replace(answer, body=json.dumps(document).encode())

    return bend


def _rows(change: Callable[[list[dict[str, Any]]], object]) -> Bend:
    """Changes the rows in place."""
    return _edit(lambda document: change(document["data"]))


def _row(place: int, **changes: object) -> Bend:
    """Changes fields of one row."""
    return _rows(lambda rows: rows[place].update(changes))


def _without(place: int, field: str) -> Bend:
    return _rows(lambda rows: rows[place].pop(field))


def _each(change: Callable[[int, dict[str, Any]], object]) -> Bend:
    """Changes every row, given its place; of models, its place within its day."""

    def changed(rows: list[dict[str, Any]]) -> None:
        places: Counter[object] = Counter()
        for row in rows:
            change(places[row.get("date")], row)
            places[row.get("date")] += 1

    return _rows(changed)


def _scaled(times: int, parts: int = 1) -> Bend:
    return _each(lambda _, row: row.update(total_tokens=str(int(row["total_tokens"]) * times // parts)))


def _second_page(bend: Bend) -> Bend:
    """Bends the second page only."""
    return lambda plain, request: bend(plain, request) if request.query.get("offset", "0") != "0" else plain(request)


def _asked_for(**query: object) -> Bend:
    """A good answer to another question."""
    texts = {name: str(value) for name, value in query.items()}
    return lambda plain, request: plain(replace(request, query={**request.query, **texts}))


def _first_again(plain: Answering, request: Request) -> Answer:
    """The second page begins with an app of the first one."""
    first = json.loads(_asked_for(offset=0, limit=1)(plain, request).body)["data"][0]
    return _row(0, app_id=first["app_id"])(plain, request)


def _meta(**changes: object) -> Bend:
    return _edit(lambda document: document["meta"].update(changes))


def _tokens(where: int, text: object) -> Bend:
    return _row(where, total_tokens=text)


_APPS: dict[str, Bend] = {
    "a gap in the ranks": _each(lambda place, row: row.update(rank=row["rank"] + (place > 5))),
    "a rank twice": _row(3, rank=3),
    "ranks from 0": _each(lambda _, row: row.update(rank=row["rank"] - 1)),
    "a rank as text": _row(2, rank="3"),
    "a rank with a fraction": _row(2, rank=3.5),
    "no rank": _without(2, "rank"),
    "an id twice on a page": _rows(lambda rows: rows[7].update(app_id=rows[2]["app_id"])),
    "an id on both pages": _second_page(_first_again),
    "an id as text": _row(0, app_id="4410982"),
    "no id": _without(0, "app_id"),
    "a name that is null": _row(0, app_name=None),
    "tokens that rise": _rows(lambda rows: rows[8].update(total_tokens=rows[0]["total_tokens"])),
    "tokens that rise across the pages": _second_page(_tokens(0, "9000000000000000")),
    "tokens as a number": _tokens(0, 9_000_000_000_000),
    "negative tokens": _tokens(0, "-1"),
    "tokens with a fraction": _tokens(0, "12.5"),
    "tokens with an exponent": _tokens(0, "1e13"),
    "tokens of forty digits": _tokens(0, "9" * 40),
    "tokens of 2^63": _tokens(0, str(2**63)),
    "tokens that are empty": _tokens(0, ""),
    "tokens in Arabic digits": _tokens(0, "٣٤٥"),
    "no tokens": _without(0, "total_tokens"),
    "negative requests": _row(0, total_requests=-1),
    "requests with a fraction": _row(0, total_requests=1.5),
    "requests of 2^63": _row(0, total_requests=2**63),
    "more rows than were asked for": _rows(lambda rows: rows.append({**rows[-1], "rank": rows[-1]["rank"] + 1})),
    "the second page is the first": _second_page(_asked_for(offset=0)),
    "the second page begins too late": _second_page(_each(lambda _, row: row.update(rank=row["rank"] + 1))),
    "another order, that of growth": _asked_for(sort="trending"),
    "no rows": _rows(lambda rows: rows.clear()),
    "fewer than half of the rows": _rows(lambda rows: rows.__delitem__(slice(40, None))),
    "strangers in the top 20": _each(lambda _, row: row["rank"] < 12 and row.update(app_id=10**8 + row["rank"])),
    "a fifth of the tokens": _scaled(1, 5),
    "five times the tokens": _scaled(5),
    "the window of the day before": _asked_for(end_date=DAY - timedelta(days=1), start_date=DAY - timedelta(days=7)),
    "a longer window": _asked_for(start_date=DAY - timedelta(days=20)),
}
_MODELS: dict[str, Bend] = {
    "52 models": _rows(
        lambda rows: rows.extend({**rows[-1], "model_permaslug": f"x/y{n}", "total_tokens": "0"} for n in (1, 2))
    ),
    "`other` twice": _rows(lambda rows: rows.append({**rows[-1], "model_permaslug": "other"})),
    "a model twice": _rows(lambda rows: rows[-5].update(model_permaslug=rows[-6]["model_permaslug"])),
    "tokens that rise": _rows(lambda rows: rows[-5].update(total_tokens="9000000000000000")),
    "the day is missing": _rows(lambda rows: rows.clear()),
    "a row from outside the window": _row(-1, date=(DAY - timedelta(days=400)).isoformat()),
    "a day that the calendar lacks": _row(-1, date="2026-11-31"),
    "a day written otherwise": _row(-1, date="11/11/2026"),
    "a slug that is empty": _row(-2, model_permaslug=""),
    "a slug with a space": _row(-2, model_permaslug="a b/c"),
    "a slug that is a number": _row(-2, model_permaslug=7),
    "tokens as a number": _tokens(-2, 5),
    "negative tokens": _tokens(-2, "-5"),
    "tokens of `other` of 2^63": _tokens(-1, str(2**63)),
    "fewer than half of the models": _rows(lambda rows: rows.__delitem__(slice(15, -1))),
    "strangers in the top 20": _each(lambda place, row: place < 11 and row.update(model_permaslug=f"x/y{place}")),
    "a fifth of the tokens": _scaled(1, 5),
    "five times the tokens": _scaled(5),
    "another window": _meta(end_date=(DAY - timedelta(days=1)).isoformat()),
}
_DOCUMENTS: dict[str, Bend] = {
    "another version": _meta(version="v2"),
    "a version that is a number": _meta(version=1),
    "no version": _edit(lambda document: document["meta"].pop("version")),
    "as_of without a zone": _meta(as_of="2026-11-12T02:05:00"),
    "as_of that is no time": _meta(as_of="soon"),
    "no as_of": _edit(lambda document: document["meta"].pop("as_of")),
    "no meta": _edit(lambda document: document.pop("meta")),
    "meta that is null": _edit(lambda document: document.update(meta=None)),
    "no data": _edit(lambda document: document.pop("data")),
    "data that is null": _edit(lambda document: document.update(data=None)),
    "data that is an object": _edit(lambda document: document.update(data={"rows": document["data"]})),
    "a row that is null": _edit(lambda document: document["data"].insert(4, None)),
    "an error with status 200": lambda plain, request: replace(_status(500)(plain, request), status=200),
}


# ── what is no such document ─────────────────────────────────────────────────────────────────────────────────


def _plainly(status: int, body: bytes = b"", **headers: str) -> Bend:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _plain, _request: Answer(status, named, body)


def _status(status: int, **headers: str) -> Bend:
    body = json.dumps({"error": {"code": status, "message": "invented"}}).encode()
    return _plainly(status, body, **headers)


def _body(change: Callable[[bytes], bytes], **headers: str) -> Bend:
    """Changes the bytes of a good answer."""

    def bend(plain: Answering, request: Request) -> Answer:
        answer = plain(request)
        return replace(answer, body=change(answer.body), headers={**answer.headers, **headers})

    return bend


def _cut(after: int) -> Bend:
    """Cuts the connection after so many bytes of the body."""
    return lambda plain, request: replace(plain(request), truncate_after=after)


HTML = b"<!doctype html><title>Just a moment</title>"
_TRANSPORT: dict[str, Bend] = {
    **{str(status): _status(status) for status in (400, 401, 402, 404, 405, 408, 418, 425, 500, 503, 504, 520)},
    "429": _status(429),
    "429 with Retry-After": _status(429, Retry_After="60"),
    "403 with HTML": _plainly(403, HTML),
    "502 with HTML": _plainly(502, HTML),
    "503 with Retry-After": _status(503, Retry_After="120"),
    "a redirect": _plainly(302, Location="https://login.example.com/"),
    "204": _plainly(204),
    "202 with HTML": _plainly(202, HTML),
    "HTML with status 200": _plainly(200, HTML),
    "nothing": _plainly(200),
    "spaces": _plainly(200, b"  \n"),
    "no JSON": _plainly(200, b"data: 1"),
    "a list": _plainly(200, b"[]"),
    "null": _plainly(200, b"null"),
    "half a document": _body(lambda body: body[: len(body) // 2]),
    "bytes that are no UTF-8": _body(lambda body: body.replace(b'"rank"', b'"r\xffnk"').replace(b"slug", b"sl\xffg")),
    "NaN": _body(lambda body: body.replace(b'{"data":[', b'{"data":[NaN,')),
    "compressed": _body(gzip.compress),
    "compressed, and it says so": _body(gzip.compress, **{"Content-Encoding": "gzip"}),
    "brackets without end": _plainly(200, b"[" * 100_000),
    "longer than any answer is": _body(lambda body: body + b" " * 2**24),
    "cut off before the body": _cut(0),
    "cut off within the body": _cut(500),
}
