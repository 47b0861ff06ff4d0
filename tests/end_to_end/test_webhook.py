"""Webhooks over a served ledger: signed as others verify them, tried again, given up, kept out of our own network."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import webhooks
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ledger.cli.main import main
from ledger.errors import MalformedError
from ledger.remote.webhook import parse_networks
from ledger.runtime import Ledger, init
from ledger.runtime.delivery import WAITS, Delivered, deliver, sender
from ledger.runtime.hook import Hook, Hooks
from ledger.signing.webhook import format_secret, signed_bytes
from tests.end_to_end.served import Clock
from tests.end_to_end.served import served as serve
from tests.end_to_end.small import START, drafts, fixed_keys, position

HERE = parse_networks(("127.0.0.0/8",))


@dataclass
class Receiver:
    """A receiver on this machine.

    Attributes:
        url: where it listens.
        answers: statuses that it gives next; 200 once there are none left.
        taken: headers and body of each message.
    """

    url: str = ""
    answers: list[int] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything, unless it is told otherwise."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.answers.pop(0) if found.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/in"
    yield found
    server.shutdown()
    server.server_close()


@dataclass
class House:
    """A ledger whose clock is set by hand, and its hooks."""

    ledger: Ledger
    clock: Clock
    hooks: Hooks

    def hook(self, url: str, *events: str) -> Hook:
        """Add a hook that is told from the first entry on, with fixed secrets."""
        return self.hooks.add(url, events, start=0, random=lambda count: bytes(range(1, count + 1)))

    def deliver(self) -> Delivered:
        """Tell the hooks what is due."""
        return deliver(self.ledger, self.hooks, post=sender(HERE))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A small ledger with a pledge."""
    clock = Clock()
    with init(tmp_path / "ledger", origin="example.org/small", at=clock, make_key=fixed_keys()) as ledger:
        ledger.record(drafts())
        yield House(ledger, clock, Hooks(ledger.directory, clock))


def told(message: tuple[dict[str, str], bytes]) -> Any:
    """Return what a message says."""
    return json.loads(message[1])


def test_every_entry_is_told_once_and_in_order(house: House, receiver: Receiver) -> None:
    """Each entry is an event, from the hook's place in the log on; a second pass tells nothing again (design §3)."""
    house.hook(receiver.url, "entry.published")
    size = house.ledger.head().size
    assert house.deliver() == Delivered(sent=size)
    assert house.deliver() == Delivered()
    assert [told(one)["data"]["index"] for one in receiver.taken] == list(range(size))
    house.ledger.record(position(1))
    assert house.deliver() == Delivered(sent=1)
    last = told(receiver.taken[-1])
    assert (last["type"], last["data"]["kind"]) == ("entry.published", "position")
    assert last["data"]["genesis"] == house.ledger.genesis


class Today(datetime):
    """The clock that the reference library reads, set to the ledger's: it takes no message that is five minutes old."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Today":
        """Return the moment at which the ledger was made."""
        return cls.fromisoformat(START).astimezone(tz)


def test_others_verify_both_signatures(house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference library accepts v1; the public key that lists show accepts v1a (Standard Webhooks)."""
    monkeypatch.setattr(webhooks, "datetime", Today)
    hook = house.hook(receiver.url, "entry.published")
    house.deliver()
    headers, body = receiver.taken[0]
    library = Webhook(format_secret(hook.key.secret))
    assert library.verify(body, headers)["type"] == "entry.published"
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        library.verify(body.replace(b"charter", b"Charter"), headers)
    own = headers["webhook-signature"].split(" ")[1].removeprefix("v1a,")
    public = Ed25519PublicKey.from_public_bytes(b64decode(str(hook.document(house.hooks.state(hook.id))["public"])[5:]))
    at = int(headers["webhook-timestamp"])
    public.verify(b64decode(own), signed_bytes(body, name=headers["webhook-id"], at=at))


def test_determination_and_docket_are_events(house: House, receiver: Receiver) -> None:
    """A determination comes with its body; a day of the docket comes on its day, once (F2)."""
    house.hook(receiver.url, "determination", "docket.due")
    house.ledger.determine("grain", house.ledger.view("2026-01-02"))
    house.deliver()
    (only,) = receiver.taken
    assert told(only)["type"] == "determination"
    assert told(only)["data"]["body"]["terms"]
    house.clock.now = "2026-01-03T03:04:05Z"
    assert house.deliver() == Delivered()


def test_day_of_the_docket_is_told_on_its_day(tmp_path: Path, receiver: Receiver) -> None:
    """The last day of a term is told on that day, once, and not before (F2)."""
    clock = Clock()
    clock.now = "2020-12-30T12:00:00Z"
    with init(tmp_path / "ledger", origin="example.org/small", at=clock, make_key=fixed_keys()) as ledger:
        ledger.record(drafts())
        house = House(ledger, clock, Hooks(ledger.directory, clock))
        house.hook(receiver.url, "docket.due")
        assert house.deliver() == Delivered()
        clock.now = "2020-12-31T00:00:01Z"
        assert house.deliver().sent >= 1
        assert house.deliver() == Delivered()
    data = told(receiver.taken[0])["data"]
    assert (data["commitment"], data["day"]) == ("grain", "2020-12-31")


def test_failure_is_tried_again_under_the_same_id(house: House, receiver: Receiver) -> None:
    """A receiver that fails is told again after 5 s and 5 min: same id, same body, signed anew (Retry schedule)."""
    hook = house.hook(receiver.url, "entry.published")
    house.deliver()
    house.ledger.record(position(1))
    receiver.answers, receiver.taken = [503, 302], []
    assert house.deliver() == Delivered(failed=1)
    assert house.deliver() == Delivered()
    house.clock.now = "2026-01-02T03:04:10Z"
    assert house.deliver() == Delivered(failed=1)
    (waiting,) = house.hooks.state(hook.id).waiting
    assert (waiting.attempts, waiting.due, waiting.said) == (2, "2026-01-02T03:09:10Z", "it answered 302")
    house.clock.now = "2026-01-02T03:09:10Z"
    assert house.deliver() == Delivered(sent=1)
    assert len({(headers["webhook-id"], body) for headers, body in receiver.taken}) == 1
    assert len({headers["webhook-signature"] for headers, _ in receiver.taken}) == 3


def test_message_is_given_up_and_sent_again_on_demand(house: House, receiver: Receiver) -> None:
    """After the last attempt a message is kept among those given up; retry sends it again (docs/client.md)."""
    hook = house.hook(receiver.url, "determination")
    house.ledger.determine("grain", house.ledger.view("2026-01-02"))
    receiver.answers = [500] * (len(WAITS) + 1)
    days = iter(range(2, 29))
    while not house.hooks.state(hook.id).dead:
        house.clock.now = f"2026-01-{next(days):02}T23:00:00Z"
        house.deliver()
    (dead,) = house.hooks.state(hook.id).dead
    assert dead.attempts == len(WAITS) + 1
    assert house.deliver() == Delivered()
    assert [one.id for one in house.hooks.retry(hook.id)] == [dead.id]
    assert house.deliver() == Delivered(sent=1)
    assert house.hooks.state(hook.id).dead == ()


def test_receiver_that_wants_no_more_is_left_alone(house: House, receiver: Receiver) -> None:
    """410 ends it: nothing more is taken from the log for it, until retry says otherwise (Standard Webhooks)."""
    hook = house.hook(receiver.url, "entry.published")
    receiver.answers = [410] * 100
    house.deliver()
    assert house.hooks.state(hook.id).gone
    house.ledger.record(position(1))
    assert house.deliver() == Delivered()


def test_what_waits_survives_the_process(house: House, receiver: Receiver) -> None:
    """What was taken from the log and not delivered is told by whoever opens the ledger next (design §3)."""
    hook = house.hook(receiver.url, "entry.published")
    size = house.ledger.head().size
    receiver.answers = [503] * size
    assert house.deliver() == Delivered(failed=size)
    again = Hooks(house.ledger.directory, house.clock)
    assert len(again.state(hook.id).waiting) == size
    house.clock.now = "2026-01-02T03:04:10Z"
    assert deliver(house.ledger, again, post=sender(HERE)) == Delivered(sent=size)


@pytest.mark.parametrize("suffix", ["hook", "state"])
def test_hook_that_cannot_be_read_keeps_nothing_from_the_others(house: House, receiver: Receiver, suffix: str) -> None:
    """A damaged file ends the deliveries of its own hook alone, and the list says which file it is (design §3)."""
    house.hook(receiver.url, "entry.published")
    broken = house.hooks.add(receiver.url, ["audit"], start=0, random=lambda count: bytes(range(2, count + 2)))
    path = house.ledger.directory / "hooks" / f"{broken.id}.{suffix}"
    path.write_bytes(b"{}")
    assert house.deliver() == Delivered(sent=house.ledger.head().size)
    with pytest.raises(MalformedError, match=f"{path.name} does not hold what a hook is"):
        [house.hooks.state(one.id) for one in house.hooks.all()]


def test_one_process_delivers(house: House, receiver: Receiver) -> None:
    """While one is at it, another does nothing: nobody is told twice for that (design §4)."""
    house.hook(receiver.url, "entry.published")
    with house.hooks.delivering() as is_ours:
        assert is_ours
        assert deliver(house.ledger, Hooks(house.ledger.directory, house.clock), post=sender(HERE)) == Delivered()
    assert receiver.taken == []


def test_nothing_goes_into_our_own_network(house: House, receiver: Receiver) -> None:
    """A receiver at a private address is not asked unless the settings name its network; the list says why (SSRF)."""
    hook = house.hook(receiver.url, "entry.published")
    size = house.ledger.head().size
    assert deliver(house.ledger, house.hooks, post=sender(())) == Delivered(failed=size)
    assert receiver.taken == []
    assert "not in the public network" in house.hooks.state(hook.id).waiting[0].said


def test_secrets_are_for_their_owner_and_nobody_s_lists(
    house: House, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    """The files are 0600; the secret is printed once, by add, and by nothing else (style, no secrets in logs)."""
    directory = str(house.ledger.directory)
    assert main(["hook", "add", receiver.url, "--event", "audit", "--json", "--ledger", directory]) == 0
    made = json.loads(capsys.readouterr().out)
    files = list((house.ledger.directory / "hooks").iterdir())
    assert {one.stat().st_mode & 0o777 for one in files if one.is_file()} == {0o600}
    assert main(["hook", "list", "--json", "--ledger", directory]) == 0
    listed = capsys.readouterr().out
    assert json.loads(listed)["hooks"][0]["events"] == ["audit"]
    assert made["secret"].removeprefix("whsec_") not in listed
    assert made["secret"].removeprefix("whsec_") not in repr(house.hooks.get(made["hook"]["id"]))


def test_hooks_by_the_command_line(house: House, receiver: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    """A hook is added, listed, tried again and removed; what is not there is a sentence and exit code 5 (style §7)."""
    directory = str(house.ledger.directory)
    assert main(["hook", "add", receiver.url, "--from-entry", "0", "--ledger", directory]) == 0
    (hook,) = house.hooks.all()
    house.deliver()
    assert len(receiver.taken) == house.ledger.head().size
    capsys.readouterr()
    for words, code in (
        (["list"], 0), (["retry", hook.id], 0), (["retry", hook.id, "--message", "msg_x"], 5),
        (["remove", hook.id], 0), (["remove", hook.id], 5), (["retry", "../keys"], 5), (["list"], 0),
        (["add", "ftp://host/x"], 3), (["add", receiver.url, "--event", "everything"], 2),
    ):  # fmt: skip
        assert main(["hook", *words, "--ledger", directory]) == code, words
    assert house.hooks.all() == ()


def test_server_delivers_by_itself(tmp_path: Path, receiver: Receiver) -> None:
    """What is handed in to a server reaches its receivers without another command (design §3)."""
    with serve(tmp_path, with_figures=False, receivers=("127.0.0.1/32",)) as house:
        hooks = Hooks(house.ledger.directory, house.clock)
        hooks.add(receiver.url, ("entry.published",), start=house.ledger.head().size, random=bytes)
        signed = house.signed(1)
        answer = house.client.post("/v1/statements", content=signed.raw, headers={"content-type": "application/jose"})
        assert answer.status_code == 201
        came = threading.Event()
        for _ in range(200):
            if receiver.taken or came.wait(0.05):
                break
    assert told(receiver.taken[0])["data"]["statement"] == signed.name
    assert '"told"' in house.journal.getvalue()
    assert "whsec" not in house.journal.getvalue()
