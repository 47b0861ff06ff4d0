"""The pages as they are used: a real browser records, submits, looks, slides, audits, verifies (issue 7, design §3)."""

import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger.ingest.document import read_drafts
from ledger.runtime import Ledger
from ledger.runtime.rendering import write_bundle
from tests.end_to_end.browser import chromium, running, saved
from tests.end_to_end.served import DAY, PUBLISHED
from tests.end_to_end.small import FIGURES, MAPPING, drafts, small_ledger

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATHS = (
    "/", "/docket", "/commitments/grain", f"/commitments/grain?as_of={DAY}&size=5", "/commitments/grain/history",
    "/parties/aa", "/instruments/deal", "/evidence", "/record", "/audits", "/entries", "/entries/5", "/keys",
    "/verify.html", "/enter", "/commitments/none",
)  # fmt: skip

NIGHT = ("/", "/commitments/grain", "/record", "/entries/5", "/verify.html")
"""Pages that are looked at by night too: among them stand all colours."""

WIDER = """
kind: commitment
subject: rice
body:
  title: Buy rice
  instrument: deal
  date: 2020-01-15
  obligors: [aa]
  obligees: [bb]
  quotes: [{text: will buy more rice, language: en}]
  verb: null
  terms:
    - kind: trend
      id: rice
      title: More rice
      actor: aa
      direction: increase
      unit: t
      measure: {type: export, reporter: bb, partner: aa}
      period: {start: 2020-01-01, end: 2020-12-31}
      scope: {title: rice, classification: HS, codes: ["1006"]}
      shown: {actor: {locator: paragraph 2}}
  source: {title: Statement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}
"""

STRAY = """
kind: position
subject: nothing-of-the-kind
body:
  party: aa
  stance: affirms
  date: 2020-01-16
  source: {title: Statement, publisher: Office, role: joint, via: {copy_read: page, how: excerpt}}
"""

MORE = b"month,tonnes\n2020-04,6\n2020-05,many\n2020-06,8\n"


@dataclass(frozen=True)
class Site:
    """A served ledger, and the page of a browser before it.

    Attributes:
        said: what the browser complained about.
    """

    ledger: Ledger
    address: str
    page: "Page"
    browser: "Browser"
    said: list[str]

    def go(self, path: str) -> "Page":
        """Open a page of the ledger."""
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One ledger, one browser: what one test signs, the next may see."""
    ledger = small_ledger(tmp_path_factory.mktemp("pages") / "ledger")
    ledger.record(drafts())
    ledger.submit(
        io.BytesIO(FIGURES), name="grain.csv", mapping=MAPPING, mapping_name="grain.toml", published=PUBLISHED
    )
    with chromium() as browser, running(ledger, io.StringIO(), heavy_rate=100) as address:
        page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
        said: list[str] = []
        page.on("console", lambda one: said.append(one.text) if one.type in {"error", "warning"} else None)
        page.on("pageerror", lambda one: said.append(str(one)))
        page.set_default_timeout(10_000)
        yield Site(ledger, address, page, browser, said)
    ledger.close()


@pytest.fixture(scope="module")
def bundle(site: Site) -> bytes:
    """The bundle of an audit."""
    sink = io.BytesIO()
    with site.ledger.export(site.ledger.view(DAY), ("grain",)) as export:
        write_bundle(export, sink)
    return sink.getvalue()


# --- a key that stays in the browser ----------------------------------------------------------------------------------


def granted(site: Site) -> str:
    """Return the thumbprint of the browser's key, made and granted if it was not yet."""
    page = site.go("/keys")
    page.wait_for_selector("#own-make:visible, #own-known:visible")
    if page.is_visible("#own-make"):
        page.click("#own-make")
        page.wait_for_selector("#own-known:visible")
        page.click("#own-ask button:not([type=button])")
        page.wait_for_selector("#own-request:visible")
        draft = page.input_value("#own-grant")
        site.ledger.record(read_drafts(draft.encode(), name="grant.json"), key="operator")
        page.reload()
        page.wait_for_selector("#own-known:visible")
    return page.inner_text("#own-says").partition(":")[0]


def test_key_of_the_browser_is_granted_by_the_request_that_it_writes(site: Site) -> None:
    """A browser's key cannot be taken out, and the operator's grant of it holds its own proof (design §2.2, §5)."""
    kid = granted(site)
    assert site.page.inner_text("#own-says") == f"{kid}: the ledger knows it."
    every = site.ledger.keys()
    known = {key.kid: key for key in every}
    assert sorted(known[kid].roles) == ["recorder", "submitter"]
    exported = site.page.evaluate(
        """async () => {
          const opened = await new Promise((done) => {
            const asked = indexedDB.open("pledger", 1); asked.onsuccess = () => done(asked.result);
          });
          const pair = await new Promise((done) => {
            const asked = opened.transaction("keys").objectStore("keys").get("own");
            asked.onsuccess = () => done(asked.result);
          });
          opened.close();
          return crypto.subtle.exportKey("pkcs8", pair.privateKey).then(() => "taken out", () => "stays");
        }"""
    )
    assert exported == "stays"


# --- record, submit ---------------------------------------------------------------------------------------------------


def test_pledge_is_linted_as_it_is_typed_and_signed_in_the_page(site: Site) -> None:
    """The lint stands beside what is typed (E9); the statement is composed and signed in the browser (design §3)."""
    kid = granted(site)
    page = site.go("/record")
    page.fill("#text", WIDER.replace("kind: trend", "kind: trnd"))
    page.wait_for_selector("#beside .notice")
    assert "line 13" in page.inner_text("#beside .notice")
    assert page.is_disabled("#sign-do")
    page.fill("#text", WIDER)
    page.wait_for_selector("#beside .fault")
    assert "PL103" in page.inner_text("#beside")
    page.wait_for_selector("#sign-do:enabled")
    page.click("#sign-do")
    page.wait_for_selector("#sign-log li")
    index = site.ledger.head().size - 1
    line = f"Logged as entry {index}; its receipt leads to the signed root. Witnessed by 0 of 0."
    assert page.inner_text("#sign-log") == line
    header = json.loads(site.ledger.entry(index))
    assert (header["kind"], header["subject"], header["author"]) == ("commitment", "rice", kid)


FILLED = {
    "title": "Buy twelve tonnes of oats", "obligor": "aa", "obligee": "bb", "date": "2020-01-15",
    "words": "A will buy twelve tonnes of oats in 2020", "language": "en", "verb": "will", "target": "12", "unit": "t",
    "amount_words": "twelve tonnes", "goods": "oats", "classification": "HS", "codes": "1004", "start": "2020-01-01",
    "end": "2020-12-31", "reporter": "bb", "partner": "aa", "instrument": "deal", "source": "Statement",
    "publisher": "Office", "copy_read": "page",
}  # fmt: skip

CHOSEN = {"strength": "committing", "goal": "at_least", "measure": "export", "role": "joint", "how": "excerpt"}


def fill(page: "Page") -> None:
    """Fill in the fields of a pledge."""
    page.click("#fields summary")
    for name, said in FILLED.items():
        page.fill(f"#f-{name}", said)
    for name, said in CHOSEN.items():
        page.select_option(f"#f-{name}", said)


def holds(page: "Page", said: str) -> None:
    """Wait until the draft holds a text."""
    from playwright.sync_api import expect

    expect(page.locator("#text")).to_have_value(re.compile(re.escape(said)))


def test_pledge_is_filled_in_by_fields_with_its_draft_and_lint_beside_it(site: Site) -> None:
    """Fields write the draft for whoever knows no YAML, the lint reads it, the browser signs it (design §3)."""
    granted(site)
    page = site.go("/record")
    page.wait_for_selector("#beside section")
    fill(page)
    holds(page, "copy_read: page, how: excerpt")
    page.get_by_text("Buy twelve tonnes of oats", exact=True).first.wait_for()
    assert "PL" in page.inner_text("#beside")
    # What was written by hand stays, until the button says otherwise.
    page.fill("#text", page.input_value("#text").replace("target: '12'", "target: '11'"))
    page.fill("#f-codes", "1004.90")
    page.get_by_text("The draft was changed by hand").wait_for()
    assert "target: '11'" in page.input_value("#text")
    page.click("#fields-write")
    holds(page, "1004.90")
    assert "target: '12'" in page.input_value("#text")
    page.wait_for_selector("#sign-do:enabled")
    page.click("#sign-do")
    page.wait_for_selector("#sign-log li")
    header = json.loads(site.ledger.entry(site.ledger.head().size - 1))
    assert (header["kind"], header["subject"]) == ("commitment", "buy-twelve-tonnes-of-oats")


def test_pledge_that_is_refused_is_told_why_and_logged_nowhere(site: Site) -> None:
    """What the ledger refuses, the page tells in the ledger's own sentence."""
    granted(site)
    size = site.ledger.head().size
    page = site.go("/record")
    page.fill("#text", STRAY)
    page.get_by_text("no pledge among them").wait_for()
    page.wait_for_selector("#sign-do:enabled")
    page.click("#sign-do")
    page.wait_for_selector("#sign-log .notice")
    assert "nothing-of-the-kind" in page.inner_text("#sign-log")
    assert site.ledger.head().size == size


def test_file_is_looked_at_with_its_rejected_rows_then_signed_with_its_files(site: Site, tmp_path: Path) -> None:
    """Nothing is kept until a key signs; then statement, raw file, mapping and figures go in (design §3)."""
    granted(site)
    size = site.ledger.head().size
    page = site.go("/evidence")
    page.set_input_files("#file", saved(tmp_path / "more.csv", MORE))
    page.fill("#map", MAPPING.decode())
    page.fill("#published", "2020-08-01")
    page.click("#evidence button")
    page.wait_for_selector("#rejected")
    assert "1 rejected" in page.inner_text("#preview")
    assert (
        page.locator("#preview .scroll table").first.locator("tbody tr").all_inner_texts()[0].startswith("3\ttonnes\t")
    )
    assert site.ledger.head().size == size
    page.wait_for_selector("#sign-do:enabled")
    page.click("#sign-do")
    page.wait_for_selector("#sign-log li")
    assert "its receipt leads to the signed root" in page.inner_text("#sign-log")
    body = json.loads(site.ledger.entry(size))
    assert (body["kind"], body["subject"]) == ("evidence", "series:export/bb/aa")
    known = site.ledger.known(site.ledger.view("2021-01-01"))
    with site.ledger.blob(known.evidence["series:export/bb/aa"][-1].body.raw.digest) as kept:
        assert kept.read() == MORE


# --- look, slide ------------------------------------------------------------------------------------------------------


def test_overview_says_what_became_of_each_pledge_of_whom(site: Site) -> None:
    """Outcome and band by obligor, at the view that is asked for (R11, E7)."""
    page = site.go("/")
    assert page.inner_text(".owed h2") == "A owes"
    row = page.locator("tr", has=page.get_by_role("link", name="Buy grain")).inner_text()
    # 5 + 7 tonnes of at least ten.
    assert "met" in row
    assert "not met" not in row


def test_slider_shows_what_was_known_then(site: Site) -> None:
    """The time machine moves the view and the address with it; the figures come with the day of their release (R1)."""
    page = site.go(f"/commitments/grain?as_of={DAY}")
    assert "met" in page.inner_text("#chapter .reckoning .outcome >> nth=0")
    page.focus("#day")
    page.keyboard.press("Home")
    page.get_by_text("What was known on 2020-01-15.").wait_for()
    assert page.input_value("#as-of") == "2020-01-15"
    assert page.inner_text("#chapter .reckoning .outcome >> nth=0") != "met"
    assert "as_of=2020-01-15" in page.url
    page.reload()
    assert page.input_value("#as-of") == "2020-01-15"


def test_pages_are_read_without_a_program(site: Site) -> None:
    """Words, terms, figures, lint and preview are there for a browser that runs nothing."""
    context = site.browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/commitments/grain?as_of={DAY}")
    assert "will buy ten tonnes of grain in 2020" in page.inner_text("#chapter")
    assert page.locator("#chapter figure svg").count() >= 2
    page.fill("#as-of", "2020-01-20")
    page.click(".view button")
    assert "as_of=2020-01-20" in page.url
    page.goto(f"{site.address}/record")
    page.fill("#text", WIDER)
    page.click("#lint-do")
    assert "PL103" in page.inner_text("#beside")
    fill(page)
    page.click("#fields-write")
    assert "subject: buy-twelve-tonnes-of-oats" in page.input_value("#text")
    assert "Buy twelve tonnes of oats" in page.inner_text("#beside")
    assert page.input_value("#f-target") == "12"
    context.close()


def test_proof_is_drawn_and_reckoned_in_the_browser(site: Site) -> None:
    """An entry's page draws the way to the root, and the browser goes it by itself (RFC 9162 §2.1.3.2)."""
    page = site.go("/entries/2")
    assert page.locator("svg.path g.reckoned").count() == page.locator("svg.path g.given").count() + 1
    page.click("#proof-check button")
    page.get_by_text("Reckoned here: the header leads to that root.").wait_for()


# --- audit, verify ----------------------------------------------------------------------------------------------------


def test_audit_is_built_and_verified_in_the_browser(site: Site, tmp_path: Path) -> None:
    """The builder gives the bundle that the page beside it verifies, with what it did not do again (design §2.6)."""
    page = site.go(f"/audits?as_of={DAY}&subject=grain")
    assert page.is_checked("input[value=grain]")
    page.check("input[value=zip]")
    with page.expect_download() as download:
        page.click("form.fields button")
    path = tmp_path / "audit.zip"
    download.value.save_as(path)
    verify(page, site.address + "/verify.html", path, site.ledger.genesis)
    assert page.inner_text("#answer h2 >> nth=0") == "What was checked holds"
    assert "the genesis that you gave" in page.inner_text("#answer")
    assert page.locator(".checked .is-good").count() >= 10
    assert "ML-DSA-44" in page.inner_text(".left")
    assert "were not reckoned again" in page.inner_text(".left")


def verify(page: "Page", address: str, path: Path, genesis: str = "") -> None:
    """Give a bundle to the page that verifies, and wait for its answer."""
    page.goto(address)
    page.fill("#genesis", genesis)
    page.set_input_files("#bundle", path)
    page.wait_for_selector("#answer .verdict")


def test_saved_page_verifies_offline_and_asks_for_nothing(site: Site, bundle: bytes, tmp_path: Path) -> None:
    """Saved to a disk and opened from there, without a network, it gives the same answer (issue 7)."""
    page = site.go("/verify.html")
    answer = page.request.get(site.address + "/verify.html")
    copy = saved(tmp_path / "verify.html", answer.body())
    context = site.browser.new_context(offline=True)
    alone, asked = context.new_page(), []
    alone.on("request", lambda one: asked.append(one.url))
    verify(alone, copy.as_uri(), saved(tmp_path / "audit.zip", bundle))
    assert alone.inner_text("#answer h2 >> nth=0") == "What was checked holds"
    assert "the bundle’s own word" in alone.inner_text("#answer")
    assert [one for one in asked if not one.startswith(("file:", "data:"))] == []
    context.close()


def test_report_on_paper_is_verified_by_the_bundle_inside_it(site: Site, bundle: bytes, tmp_path: Path) -> None:
    """A PDF that carries a bundle is opened in the browser, its stream packed or not (design §2.6)."""
    for name, raw in (("plain", paper(bundle, is_packed=False)), ("packed", paper(bundle, is_packed=True))):
        verify(site.page, site.address + "/verify.html", saved(tmp_path / f"{name}.pdf", raw))
        assert site.page.inner_text("#answer h2 >> nth=0") == "What was checked holds", name
        assert "only the bundle inside it" in site.page.inner_text(".left")


def paper(bundle: bytes, *, is_packed: bool) -> bytes:
    """Return a PDF that carries a file, packed or not; a packed one says its length elsewhere (ISO 32000-2 §7.3.8)."""
    raw = zlib.compress(bundle) if is_packed else bundle
    length = b"/Filter/FlateDecode/Length 2 0 R" if is_packed else b"/Length %d" % len(raw)
    head = b"%PDF-1.7\n1 0 obj\n<</Type/EmbeddedFile" + length + b">>\nstream\n"
    return head + raw + b"\nendstream\nendobj\n2 0 obj\n%d\nendobj\n%%%%EOF\n" % len(raw)


def altered(bundle: bytes, old: bytes, new: bytes) -> bytes:
    """Return a bundle with one place altered."""
    assert len(old) == len(new)
    assert old in bundle
    return bundle.replace(old, new, 1)


def test_wrong_bundles_are_found_out(site: Site, bundle: bytes, tmp_path: Path) -> None:
    """A changed figure, header, signature or genesis is wrong in so many words; what is no bundle cannot be read."""
    header = site.ledger.entry(4)
    # The first signature line of the checkpoint is the log's by Ed25519; its last byte is another.
    signed = bundle[bundle.index(b"\n\n\xe2\x80\x94 ") :].split(b"\n")[2]
    forged = signed[:-6] + (b"AAAA" if signed[-6:-2] != b"AAAA" else b"BBBB") + signed[-2:]
    cases: dict[str, tuple[bytes, str, str]] = {
        "a figure": (altered(bundle, b",A,7\n", b",A,8\n"), "", "is not what the manifest says"),
        "a header": (altered(bundle, header, header.replace(b'"deal"', b'"dead"')), "", "chain of headers is broken"),
        "a signature": (altered(bundle, signed, forged), "", "The checkpoint is not signed with the key"),
        "a genesis": (bundle, "sha256:" + "0" * 64, "not the one that you expect"),
        "cut short": (bundle[:-40], "", "It cannot be read"),
        "bytes behind": (bundle + b"x", "", "It cannot be read"),
        "a text": (b"no bundle at all, but long enough to be one", "", "It cannot be read"),
        "a paper without": (b"%PDF-1.7\n/EmbeddedFile\n%%EOF\n" + b" " * 40, "", "carries no bundle"),
    }
    for name, (raw, genesis, says) in cases.items():
        verify(site.page, site.address + "/verify.html", saved(tmp_path / "wrong.zip", raw), genesis)
        assert site.page.locator("#answer .verdict.is-bad").count() == 1, name
        assert says in site.page.inner_text("#answer"), name


# --- for everybody ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Walked:
    """What was seen on every page: by axe, at the width of a phone, in the console."""

    serious: list[str]
    wide: list[str]
    said: list[str]


@pytest.fixture(scope="module")
def walked(site: Site) -> Walked:
    """Every page, opened once: at the width of a phone, then at that of a screen, by day and by night."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    context = site.browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    found = Walked([], [], [])
    page.on("console", lambda one: found.said.append(one.text) if one.type in {"error", "warning"} else None)
    page.on("pageerror", lambda one: found.said.append(str(one)))
    for path in PATHS:
        page.goto(site.address + path)
        if path == "/record":
            page.wait_for_selector("#beside section")
            page.click("#fields summary")
        width = page.evaluate("document.documentElement.scrollWidth")
        found.wide.extend([f"{path}: {width}"] if width > 360 else [])
        page.set_viewport_size({"width": 1200, "height": 900})
        dark: tuple[Any, ...] = (("dark", {"runOnly": ["color-contrast"]}),) if path in NIGHT else ()
        for scheme, options in (("light", None), *dark):
            page.emulate_media(color_scheme=scheme)
            violations = axe.Axe().run(page, options=options).response["violations"]
            found.serious.extend(
                f"{path}, {scheme}: {one['impact']} {one['id']} {one['nodes'][0]['html'][:100]}"
                for one in violations
                if one["impact"] in {"serious", "critical"}
            )
        page.set_viewport_size({"width": 360, "height": 740})
        page.emulate_media(color_scheme="light")
    context.close()
    return found


def test_no_page_has_what_a_screen_reader_would_stumble_over(walked: Walked) -> None:
    """Axe finds nothing serious on any page, and contrast is enough by night too (issue 7)."""
    assert walked.serious == []


def test_no_page_is_wider_than_a_phone(walked: Walked) -> None:
    """At 360 points nothing has to be pushed sideways but wide tables in their own frames (issue 7)."""
    assert walked.wide == []


def test_no_page_says_anything_to_the_console(site: Site, walked: Walked) -> None:
    """No script was blocked, no file was missing, nothing failed unseen: neither on this walk, nor on those before."""
    assert [one for one in (*walked.said, *site.said) if "the server responded with a status of 4" not in one] == []


def test_page_is_printed_without_what_only_a_screen_needs(site: Site) -> None:
    """On paper there is no navigation, no form and no slider, and the words stay."""
    page = site.go(f"/commitments/grain?as_of={DAY}")
    page.emulate_media(media="print")
    shown = [page.is_visible(one) for one in ("nav", ".view", ".machine", "#chapter .quote")]
    page.emulate_media(media="screen")
    assert shown == [False, False, False, True]


def test_everything_can_be_reached_by_the_keyboard(site: Site) -> None:
    """The first stop is the way past the navigation; the others are links, forms and the slider, all to be seen."""
    page = site.go(f"/commitments/grain?as_of={DAY}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    reached = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert {"as-of", "size", "day", "A", "BUTTON"} <= reached
