"""Mistakes people make: each text with one error, or with what is valid but surely not meant.

The guilty token stands between « and »; where these are left out, there is no place in the file to point at. What is
printed of each is in ``golden/mistakes.txt`` and ``golden/notes.txt``, which ``python -m tests.config.mistakes`` writes
anew, to be read before they are committed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.config import summary
from tests.config.pasting import pasted
from tests.config.reading import CHANNEL, complete, errors, problems

_ROUNDS = 4
"""How often somebody does what an error proposes before they look at the manual."""
GOLDEN = Path(__file__).parent / "golden"
_TITLE = re.compile(r"^── (.*) ──$", re.MULTILINE)


@dataclass(frozen=True)
class Mistake:
    """A text with one finding."""

    name: str
    text: str

    @property
    def marked(self) -> bool:
        """Whether there is a place to point at."""
        return "«" in self.text

    @property
    def parts(self) -> tuple[str, str, str]:
        """What stands before the guilty token, the token, and what stands after it."""
        before, _, rest = self.text.partition("«")
        token, _, after = rest.partition("»")
        return before, token, after

    @property
    def toml(self) -> str:
        """The text as it stands in the file, with all that a configuration needs."""
        text = "".join(self.parts)
        return text if self.name == "no watchlist" else complete(text)

    @property
    def line(self) -> int:
        """The line of the guilty token; 0 where there is none."""
        return self.parts[0].count("\n") + 1 if self.marked else 0

    @property
    def column(self) -> int:
        """Its column."""
        before = self.parts[0]
        return len(before) - before.rfind("\n") if self.marked else 0


def mended(mistake: Mistake) -> str | None:
    """The text after what the error proposes was done; None where it proposes nothing that can be pasted."""
    text, found = mistake.toml, errors(mistake.toml)
    for _ in range(_ROUNDS):  # a key that is missing may be one of several
        proposed = pasted(text, found[0]) if found else None
        if proposed is None:
            break
        text, found = proposed, errors(proposed)
    return text if text != mistake.toml else None


def printed(mistake: Mistake) -> str:
    """All that is printed of a mistake, and the lines that are new once its suggestion was pasted."""
    with TemporaryDirectory() as folder, chdir(folder):
        found = problems(mistake.toml, Path())
    text = "\n".join([*map(str, found), "", summary(found)]).replace(str(Path(folder).resolve()), "FOLDER")
    if any(problem.note for problem in found):
        return text
    after = mended(mistake)
    if after is None:
        return f"{text}\n(nothing to paste)"
    new = [line for line in after.splitlines() if line and line not in mistake.toml.splitlines()]
    return "\n".join([text, *(f"pasted: {line}" for line in new or ["(left out, or moved)"])])


def golden(name: str) -> dict[str, str]:
    """The printed texts that were read, by the names of the mistakes."""
    _, *parts = _TITLE.split((GOLDEN / name).read_text(encoding="utf-8"))
    return {title: text.strip("\n") for title, text in zip(parts[::2], parts[1::2], strict=True)}


def write(name: str, mistakes: Iterable[Mistake]) -> None:
    """Writes a golden file anew."""
    sections = [f"── {mistake.name} ──\n{printed(mistake)}\n" for mistake in mistakes]
    (GOLDEN / name).write_text("\n".join(sections), encoding="utf-8")


MAIL = '[channel.mail]\ntype = "email"\nhost = "smtp.example.com"\nfrom = "a@example.com"\nto = ["b@example.com"]\n'

LABS = '[watchlist.a]\ndataset = "models"\nby = "author"\n'
MISTAKES = (
    # keys and tables
    Mistake("near miss", '[watchlist.a]\n«folow» = ["Marlin"]'),
    Mistake("nothing near", "[log]\n«zzz» = 1"),
    Mistake("key of another table", "[log]\n«settle_hours» = 3"),
    Mistake("near miss in another table", "[log]\n«cooldown_day» = 3"),
    Mistake("key of another type", f'{CHANNEL}«host» = "x"'),
    Mistake("key of a channel", '[watchlist.a]\n«when_quiet» = "line"'),
    Mistake("key outside of tables", "«settle_hours» = 3"),
    Mistake("unknown table", '[«channels».team]\ntype = "file"'),
    Mistake("unheard-of table", "[«dashboard»]\n"),
    Mistake("key under [watchlist]", '[watchlist]\n«subcategory» = "game"'),
    Mistake("key under [channel]", '[channel]\n«type» = "file"'),
    Mistake("unknown key under [channel]", "[channel]\n«typo» = 1"),
    Mistake("array of tables", "[[«watchlist»]]\n"),
    Mistake("a value for a table", "«log» = 3"),
    Mistake("name with a slash", '[watchlist.«"a/b"»]\n'),
    Mistake("name with a colon", '[channel.«"a:b"»]\ntype = "file"'),
    Mistake("no watchlist", ""),
    # types and ranges
    Mistake("text for a number", '[openrouter]\nrequests_per_day = «"500"»'),
    Mistake("decimal for a number", "[openrouter]\nsettle_hours = «2.5»"),
    Mistake("true for a number", "[openrouter]\nsettle_hours = «true»"),
    Mistake("too small", "[openrouter]\nrequests_per_minute = «0»"),
    Mistake("too large", "[watchlist.a]\nwindow_days = «367»"),
    Mistake("endless timeout", "[openrouter]\ntimeout_seconds = «inf»"),
    Mistake("text for a list", '[watchlist.a]\nmine = «"Marlin"»'),
    Mistake("number in a list", '[watchlist.a]\nmine = ["Marlin", «3»]'),
    Mistake("out of range in a list", "[delivery]\nlook_seconds = [5, «0»]"),
    Mistake("never look", "[delivery]\nlook_seconds = «[]»"),
    Mistake("text for true", '[watchlist.a]\nonly_followed = «"yes"»'),
    Mistake("number for text", "[watchlist.a]\ntitle = «3»"),
    Mistake("empty title", '[watchlist.a]\ntitle = «" "»'),
    Mistake("control character", '[watchlist.a]\ntitle = «"a\\u0007b"»'),
    Mistake("unknown choice", '[log]\nformat = «"jsn"»'),
    Mistake("choice of another type", "[log]\nlevel = «2»"),
    Mistake("unknown by", '[watchlist.a]\nby = «"autor"»'),
    Mistake("far by", '[watchlist.a]\nby = «"lab"»'),
    Mistake("authors of apps", '[watchlist.a]\nby = «"author"»'),
    Mistake("a model among labs", LABS + 'mine = [«"z-ai/glm-5"»]'),
    Mistake("a nameless lab", LABS + 'follow = ["z-ai", «"id:/glm-5"»]'),
    Mistake("category of labs", LABS + '«category» = "coding"'),
    Mistake("trending labs", LABS + "rules.«trending» = true"),
    Mistake("no such folder", '[defaults]\ntemplates = «"nowhere"»'),
    # what is watched
    Mistake("unknown dataset", '[watchlist.a]\ndataset = «"app"»'),
    Mistake("unknown category", '[watchlist.a]\ncategory = «"codng"»'),
    Mistake("far category", '[watchlist.a]\ncategory = «"x"»'),
    Mistake("unknown subcategory", '[watchlist.a]\nsubcategory = «"cli-agents"»'),
    Mistake("far subcategory", '[watchlist.a]\nsubcategory = «"x"»'),
    Mistake("subcategory as category", '[watchlist.a]\ncategory = «"game"»'),
    Mistake("category as subcategory", '[watchlist.a]\nsubcategory = «"coding"»'),
    Mistake("subcategory elsewhere", '[watchlist.a]\ncategory = "coding"\nsubcategory = «"roleplay"»'),
    Mistake("category of models", '[watchlist.a]\ndataset = "models"\n«category» = "coding"'),
    Mistake("id of an app", '[watchlist.a]\nmine = [«"id:marlin"»]'),
    # rules
    Mistake("no rule", "[watchlist.a.rules]\n«spke» = true"),
    Mistake("unheard-of rule", "[watchlist.a.rules]\n«zzz» = true"),
    Mistake(
        "key of the watchlist",
        f'{CHANNEL}[watchlist.a]\n[watchlist.a.rules]\nspike = {{ ratio = 3 }}\n«channels» = ["team"]',
    ),
    Mistake("dotted", "[watchlist.a]\nrules.«only_followed» = true"),
    Mistake("key of a channel among rules", '[watchlist.a.rules]\n«when_quiet» = "line"'),
    Mistake("parameter as rule", "[watchlist.a.rules]\n«n» = 10"),
    Mistake("a number for a rule", "[watchlist.a.rules]\nentered_top = «10»"),
    Mistake("unknown parameter", "[watchlist.a.rules]\nspike = { «rato» = 3 }"),
    Mistake("too deep", "[watchlist.a.rules]\nentered_top = { n = «201» }"),
    Mistake("too deep for models", '[watchlist.a]\ndataset = "models"\nrules.entered_top = { n = [10, «51»] }'),
    Mistake("within of models", '[watchlist.a]\ndataset = "models"\nrules.spike.within = «60»'),
    Mistake("margin below zero", "[watchlist.a.rules]\nentered_top = { margin = «-1» }"),
    Mistake("the same top twice", "[watchlist.a.rules]\nentered_top = { n = «[10, 10]» }"),
    Mistake("no top", "[watchlist.a.rules]\nentered_top = { n = «[]» }"),
    Mistake("list for a number", "[watchlist.a.rules]\ntrending = { n = «[5, 10]» }"),
    Mistake("ratio of text", '[watchlist.a.rules]\nspike = { ratio = «"2"» }'),
    Mistake("endless ratio", "[watchlist.a.rules]\nspike = { ratio = «nan» }"),
    Mistake("ratio below one", "[watchlist.a.rules]\nspike = { ratio = «0.5» }"),
    Mistake("tokens of no unit", '[watchlist.a.rules]\nspike = { min_growth = «"5X"» }'),
    Mistake("part of a token", '[watchlist.a.rules]\nspike = { min_growth = «"0.5"» }'),
    Mistake("fewer than none", "[watchlist.a.rules]\nspike = { min_growth = «-1» }"),
    Mistake("default of no kind", "[watchlist.a.rules]\ndefault = «0»"),
    Mistake("trending models", '[watchlist.a]\ndataset = "models"\n[watchlist.a.rules]\n«trending» = { n = 10 }'),
    Mistake("rules of no table", "[watchlist.a]\nrules = «true»"),
    # who is told, and when
    Mistake("unknown channel", f'{CHANNEL}[watchlist.a]\nchannels = [«"tam"»]'),
    Mistake("no channel at all", '[watchlist.a]\nchannels = [«"x"»]'),
    Mistake("channel of the operator", '[operator]\nchannels = [«"x"»]'),
    Mistake("channel of the defaults", '[defaults]\nchannels = [«"x"»]'),
    Mistake("channel twice", f'{CHANNEL}[watchlist.a]\nchannels = ["team", «"team"»]'),
    Mistake("near zone", '[defaults]\ntimezone = «"Europe/Berln"»'),
    Mistake("city for a zone", '[defaults]\ntimezone = «"new york"»'),
    Mistake("no zone", '[defaults]\ntimezone = «"Mars"»'),
    Mistake("offset for a zone", "[defaults]\ntimezone = «2»"),
    Mistake("hour alone", f"{CHANNEL}at = «9»"),
    Mistake("hour of no day", f'{CHANNEL}at = «"24:00"»'),
    Mistake("a day alone", f'{CHANNEL}days = «"monday"»'),
    Mistake("no day", f"{CHANNEL}days = «[]»"),
    Mistake("day in full", f'{CHANNEL}days = ["mon", «"Tuesday"»]'),
    Mistake("number for a day", f"{CHANNEL}days = [«1»]"),
    # channels
    Mistake("no type", "«[channel.a]»\nwebhook_url = 'env:SLACK_WEBHOOK_URL'"),
    Mistake("no type of mail", MAIL.replace("[channel.mail]", "«[channel.mail]»").replace('type = "email"\n', "")),
    Mistake("unknown type", MAIL.replace('"email"', '«"mail"»')),
    Mistake("unheard-of type", '[channel.a]\ntype = «"pigeon"»\ndays = "daily"'),
    Mistake("type of no kind", "[channel.a]\ntype = «1»"),
    Mistake("no way to post", '«[channel.a]»\ntype = "slack"'),
    Mistake("two ways to post", f'{CHANNEL}«token» = "env:SLACK_BOT_TOKEN"\nchannel = "#news"'),
    Mistake("token alone", '[channel.a]\ntype = "slack"\n«token» = "env:SLACK_BOT_TOKEN"'),
    Mistake("channel alone", '[channel.a]\ntype = "slack"\n«channel» = "#news"'),
    Mistake(
        "channel without its sign", '[channel.a]\ntype = "slack"\ntoken = "env:SLACK_BOT_TOKEN"\nchannel = «"news"»'
    ),
    Mistake("no host", '«[channel.a]»\ntype = "email"\nfrom = "a@b.c"\nto = ["a@b.c"]'),
    Mistake("no sender", '«[channel.a]»\ntype = "email"\nhost = "h"\nto = ["a@b.c"]'),
    Mistake("no recipient", '«[channel.a]»\ntype = "email"\nhost = "h"\nfrom = "a@b.c"'),
    Mistake("nobody", MAIL.replace('["b@example.com"]', "«[]»")),
    Mistake("recipient twice", MAIL.replace('om"]', 'om", «"B@example.com"»]')),
    Mistake("one recipient", MAIL.replace('["b@example.com"]', '«"b@example.com"»')),
    Mistake("no address", MAIL.replace('"b@example.com"', '«"b at example"»')),
    Mistake("header in an address", MAIL.replace('"a@example.com"', '«"a@b.c\\nBcc: d@e.f"»')),
    Mistake("host with a scheme", MAIL.replace('"smtp.example.com"', '«"smtp://h/"»')),
    Mistake("port of no number", f"{MAIL}port = «70000»"),
    Mistake("half a login", f'{MAIL}«username» = "env:SMTP_USERNAME"'),
    # addresses and secrets
    Mistake("no encryption", '[openrouter]\nbase_url = «"http://example.com"»'),
    Mistake("no address of the web", '[openrouter]\nbase_url = «"openrouter.ai"»'),
    Mistake("broken address", '[openrouter]\nbase_url = «"https://[::1"»'),
    Mistake("unset variable", '[openrouter]\napi_key = «"env:OPENROUTER_KEY"»'),
    Mistake("no variable", '[openrouter]\napi_key = «"env:"»'),
    Mistake("no file", '[openrouter]\napi_key = «"file:"»'),
    Mistake("missing file", '[openrouter]\napi_key = «"file:nowhere"»'),
    Mistake("folder for a file", '[openrouter]\napi_key = «"file:."»'),
    Mistake("number for a secret", "[openrouter]\napi_key = «998877665544»"),
    Mistake("store of no kind", '[store]\nurl = «"mysql://host/db"»'),
    Mistake("store with options", '[store]\nurl = «"sqlite:///rankbot.db?mode=ro"»'),
    Mistake("store in memory", '[store]\nurl = «"sqlite://"»'),
    # secrets are pointed at, and never shown
    Mistake("a variable in the way of a shell", '[openrouter]\napi_key = «"$OPENROUTER_API_KEY"»'),
    Mistake("a variable without env:", CHANNEL.replace('"env:SLACK_WEBHOOK_URL"', '«"SLACK_WEBHOOK_URL"»')),
    Mistake("a password in a login of no kind", f'{MAIL}username = "me"\npassword = «998877665544»'),
    Mistake("a value after env:", '[openrouter]\napi_key = «"env:sk-or-v1-09988776655449"»'),
    Mistake("an empty secret", '[openrouter]\napi_key = «""»'),
    Mistake("unset variable of a channel", '[channel.a]\ntype = "slack"\nwebhook_url = «"env:HOOK"»'),
    Mistake("missing file of a channel", '[channel.a]\ntype = "slack"\nwebhook_url = «"file:hook"»'),
    Mistake("webhook of no kind", '[channel.a]\ntype = "slack"\nwebhook_url = «"hooks.slack.com/services/T0/B0/x"»'),
    Mistake(
        "webhook in the clear", '[channel.a]\ntype = "slack"\nwebhook_url = «"http://hooks.slack.com/services/T0"»'
    ),
    Mistake("password in an address", '[openrouter]\nbase_url = «"https://me:hunter2@example.com"»'),
    Mistake("token of no kind", '[channel.a]\ntype = "slack"\ntoken = «true»\nchannel = "#news"'),
    # more of channels
    Mistake("host with a port", MAIL.replace('"smtp.example.com"', '«"smtp.example.com:587"»')),
    Mistake("unknown security", f'{MAIL}security = «"ssl"»'),
    Mistake("port in quotes", f'{MAIL}port = «"587"»'),
    Mistake("no address to reply to", f'{MAIL}reply_to = «"nobody"»'),
    Mistake("together of no kind", f"{MAIL}together = «1»"),
    Mistake("no address of a service", '«[channel.phone]»\ntype = "apprise"'),
    Mistake("no folder at all", '[channel.files]\ntype = "file"\ndirectory = «""»'),
    Mistake("folder of no kind", '[channel.files]\ntype = "file"\ndirectory = «3»'),
    Mistake("time as TOML has it", f"{CHANNEL}at = «09:00:00»"),
    Mistake("time of half a day", f'{CHANNEL}at = «"9pm"»'),
    Mistake("time of no hour", f'{CHANNEL}at = «"noon"»'),
    Mistake("unknown silence", f'{CHANNEL}when_quiet = «"weekly"»'),
    Mistake("unknown end", f'{CHANNEL}if_unsure = «"retry"»'),
    Mistake("lease too short", "[delivery]\nlease_seconds = «30»"),
    # more of rules
    Mistake("share of apps", "[watchlist.a.rules]\n«share» = true"),
    Mistake("names of models", '[watchlist.a]\ndataset = "models"\nrules.«renamed» = true'),
    Mistake("milestone of nothing", "[watchlist.a.rules]\n«milestone» = true"),
    Mistake("milestone alone", '[watchlist.a.rules]\nmilestone = «"1T"»'),
    Mistake("milestone twice", '[watchlist.a.rules]\nmilestone = { tokens = «["1T", "1000B"]» }'),
    Mistake("bands that fall", "[watchlist.a.rules]\nclimbed = { bands = [[10, 3], «[10, 5]»] }"),
    Mistake("band of three", "[watchlist.a.rules]\nclimbed = { bands = [«[10, 3, 1]»] }"),
    Mistake("pairs of no kind", '[watchlist.a.rules]\novertook = { pairs = «"Marlin"» }'),
    Mistake("rule of words", '[watchlist.a.rules]\nspike = «"on"»'),
    Mistake("rule of another kind", '[watchlist.a.rules]\nspike = «"often"»'),
    Mistake("a list for a rule", "[watchlist.a.rules]\nentered_top = «[10, 20]»"),
    Mistake("a decimal for a rule", "[watchlist.a.rules]\nspike = «2.5»"),
    Mistake("a decimal where there is none", "[watchlist.a.rules]\nentered_top = «2.5»"),
    Mistake("a whole number as a decimal", "[openrouter]\nsettle_hours = «3.0»"),
    Mistake("a number without end", "[openrouter]\nsettle_hours = «1e999999»"),
    Mistake("a number of thousands", '[openrouter]\nrequests_per_day = «"1,000"»'),
    Mistake("no for false", '[watchlist.a]\nonly_followed = «"no"»'),
    Mistake("perhaps for true", '[watchlist.a]\nonly_followed = «"perhaps"»'),
    Mistake("time of the wrong half", f'{CHANNEL}at = «"13pm"»'),
    Mistake("moved by so much", "[watchlist.a.rules]\nmoved = «3»"),
)

COMMON = '[operator]\nping_url = "env:HEALTHCHECK_URL"\n'
"""Somebody who is told of failures."""
HOOK = 'type = "slack"\nwebhook_url = "env:SLACK_WEBHOOK_URL"\n'
TOKYO = f'{COMMON}[channel.team]\n{HOOK}timezone = "Asia/Tokyo"\n'
WATCHING = f"{COMMON}{CHANNEL}[watchlist.a]\n"
NOTES = (
    Mistake("before the day is complete, in UTC", f'{COMMON}{CHANNEL}at = «"00:30"»'),
    Mistake("before the day is complete", f'{TOKYO}at = «"09:00"»'),
    Mistake(
        "failures would reach readers",
        f'{CHANNEL}[operator]\nchannels = [«"team"»]\n[watchlist.cli-agents]\nchannels = ["team"]',
    ),
    Mistake("failures reach nobody", f"{CHANNEL}"),
    Mistake("no channel", COMMON),
    Mistake("told on no channel", f'{CHANNEL}[operator]\nchannels = ["team"]\n«[watchlist.a]»'),
    Mistake("no rule that is on", f"{COMMON}{CHANNEL}«[watchlist.a]»\nrules.default = false"),
    Mistake("only followed, and nothing followed", f"{COMMON}{CHANNEL}[watchlist.a]\nonly_followed = «true»"),
    Mistake("moves of nobody", f"{COMMON}{CHANNEL}[watchlist.a.rules]\nmoved = «true»"),
    Mistake("overtakes of nobody", f"{COMMON}{CHANNEL}[watchlist.a.rules]\novertook = «true»"),
    Mistake(
        "a channel to which nothing is sent",
        f'{COMMON}{CHANNEL}«[channel.x]»\ntype = "file"\n[watchlist.a]\nchannels = ["team"]',
    ),
    Mistake(
        "a secret in the file",
        f'{COMMON}[channel.team]\ntype = "slack"\nwebhook_url = «"https://hooks.slack.com/services/T0/B0/x"»',
    ),
    Mistake("a password in the store's address", f'{COMMON}{CHANNEL}[store]\nurl = «"postgresql://me:hunter2@db/x"»'),
    Mistake("mine and excluded", f'{WATCHING}mine = ["Sable"]\nexclude = [«"sable"»]'),
    Mistake("mine and followed", f'{WATCHING}mine = ["Sable"]\nfollow = ["Marlin", «"Sable"»]'),
    Mistake("followed twice", f'{WATCHING}follow = ["Sable", «"SABLE"»]'),
    Mistake("names of a starter", f'{WATCHING}mine = [«"Your App"»]\nfollow = ["A Rival", "Another*", "Sable"]'),
    Mistake("one name of a starter", f'{WATCHING}mine = ["Sable"]\nfollow = [«"A Rival"»]'),
    Mistake("mail in the clear", f'{COMMON}{MAIL}security = «"none"»'),
)


if __name__ == "__main__":
    write("mistakes.txt", MISTAKES)
    write("notes.txt", NOTES)
