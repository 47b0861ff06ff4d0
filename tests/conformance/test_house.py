"""The house itself: pinned, documented, clean of leftovers, light where it says so (style §2, §8, §11).

These tests read the files of the checkout. What a gate of scripts/check sees already (lint, types, the import contract)
is not repeated here, but for the proof that the import contract can fail.
"""

import ast
import os
import re
import stat
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
MODULES = sorted((ROOT / "ledger").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())


def place(path: Path) -> str:
    """Where a file is, from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    """The name by which a file of the package is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


# --- the lock ---------------------------------------------------------------------------------------------------------


def pins(part: str) -> dict[str, str]:
    """The versions that one part of the lock adds, by canonical name."""
    section = re.search(rf"^# \[{part}\].*?(?=^# \[|\Z)", LOCK, re.MULTILINE | re.DOTALL)
    assert section is not None, f"requirements.lock has no part [{part}]: run scripts/lock"
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", section.group(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def asked(*extras: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for: always, and for the extras; extras of our own are opened."""
    for text in PROJECT["project"]["dependencies"]:
        yield Requirement(text)
    for extra in extras:
        for text in PROJECT["project"]["optional-dependencies"][extra]:
            requirement = Requirement(text)
            if requirement.name == PROJECT["project"]["name"]:
                yield from asked(*sorted(requirement.extras))
            else:
                yield requirement


def test_lock_names_no_host() -> None:
    """A lock names versions and hashes, never where they were fetched from (decision 2)."""
    assert not re.search(r"://|^-|@ ", LOCK, re.MULTILINE)


def test_every_pin_is_exact_and_has_hashes() -> None:
    """Every line that names a distribution pins one version and is followed by its SHA-256 digests (decision 2)."""
    blocks = re.split(r"\n(?! )", re.sub(r"^#.*\n|^\n", "", LOCK, flags=re.MULTILINE).strip())
    pattern = re.compile(r"[a-z0-9.-]+==[0-9][^ ]*( ; [^\\]+)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+")
    assert [block for block in blocks if not pattern.fullmatch(block)] == []


@pytest.mark.parametrize(("extra", "parts"), [("all", 1), ("test", 2), ("dev", 3)])
def test_lock_part_holds_what_the_project_asks_for(extra: str, parts: int) -> None:
    """The beginning of the lock up to a part pins, within its bounds, all that its extra asks for (decision 2)."""
    pinned = {name: version for part in ["all", "test", "dev"][:parts] for name, version in pins(part).items()}
    wanted = [*asked(extra), *map(Requirement, PROJECT["build-system"]["requires"])]
    missing = [
        str(need) for need in wanted if Version(pinned.get(canonicalize_name(need.name), "0")) not in need.specifier
    ]
    assert missing == [], "run scripts/lock"


def test_extra_all_holds_every_part_of_the_product() -> None:
    """What scripts/demo installs is every extra but those for tests and gates, spark, and telemetry."""
    extras = PROJECT["project"]["optional-dependencies"].keys() - {"all", "test", "dev", "spark", "telemetry"}
    assert {need.name for need in asked("all")} == {need.name for need in asked(*extras)}


def test_dependencies_are_not_capped() -> None:
    """A dependency has a lowest version that was tried and no highest: the lock says what was tried together."""
    for need in [*asked("all", "dev"), *map(Requirement, PROJECT["build-system"]["requires"])]:
        assert [part.operator for part in need.specifier] == [">="], str(need)


def test_every_foreign_import_is_a_declared_dependency() -> None:
    """What the package imports, it asks for itself; that another dependency brings it is luck."""
    providers = metadata.packages_distributions()
    # pydantic names the one version of its core that it works with, and documents imports from it.
    declared = {canonicalize_name(need.name) for need in asked("all", "spark", "telemetry")} | {"pydantic-core"}
    for path in MODULES:
        for top in sorted(foreign_imports(path)):
            names = {canonicalize_name(name) for name in providers.get(top, [top])}
            assert names & declared, f"{place(path)} imports {top}, which pyproject.toml does not ask for"


def foreign_imports(path: Path) -> set[str]:
    """The top-level names that a module imports from outside the standard library and this package."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"ledger"}


# --- what is shipped --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built here from the checkout; nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(path)


def test_wheel_holds_the_whole_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Code, SQL, mappings, templates and figures all travel; tests, scripts and caches stay at home."""
    ours = {place(path) for path in (ROOT / "ledger").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert shipped == ours
    assert "ledger/py.typed" in shipped


def test_wheel_says_its_licence_and_its_command(wheel: zipfile.ZipFile) -> None:
    """A wheel carries the licence, the notice of the figures' publishers, and the command pledger."""
    about = {name.partition(".dist-info/")[2]: name for name in wheel.namelist() if ".dist-info/" in name}
    told = wheel.read(about["METADATA"]).decode()
    assert "\nLicense-Expression: Apache-2.0\n" in told
    assert "\nRequires-Python: >=3.11\n" in told
    assert wheel.read(about["licenses/LICENSE"]) == (ROOT / "LICENSE").read_bytes()
    assert wheel.read(about["licenses/NOTICE"]) == (ROOT / "NOTICE").read_bytes()
    assert "pledger = ledger.cli.main:run" in wheel.read(about["entry_points.txt"]).decode()


PUBLISHERS = [
    "United States Census Bureau",
    "Foreign Agricultural Service",
    "Federal Grain Inspection Service",
    "UN Comtrade",
    "United Nations Statistics Division",
    "Office of the United States Trade Representative",
    "General Administration of Customs of the People's Republic of China",
    "World Integrated Trade Solution",
]


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_notice_names_publisher(publisher: str) -> None:
    """Whoever published a figure of the demonstration is named, and no endorsement is claimed."""
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    assert publisher in notice
    assert "no endorsement is implied" in notice


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("LICENSE", "Apache License Version 2.0, January 2004"),
        ("schemas/LICENSE", "Creative Commons Legal Code CC0 1.0 Universal"),
        ("tests/vectors/LICENSE", "Creative Commons Legal Code CC0 1.0 Universal"),
    ],
)
def test_licence_is_there_in_full(file: str, title: str) -> None:
    """The code is Apache-2.0; schemas and vectors, which others are to copy, are CC0 (issue of the first story)."""
    text = " ".join((ROOT / file).read_text(encoding="utf-8").split())
    assert text.startswith(title)
    assert len(text) > 6_000


# --- what is written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_module_says_what_lives_in_it(path: Path) -> None:
    """Every module opens with a docstring of at least a sentence (style §5)."""
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert told is not None
    assert told.partition("\n\n")[0].endswith((".", "::", ":"))


@pytest.mark.parametrize("path", TESTS, ids=place)
def test_every_test_says_what_it_proves(path: Path) -> None:
    """Every test has a name of its own and opens with one sentence (style §10)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) is not None
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    tests = [function for function in functions if function.name.startswith("test_")]
    silent = [f"{test.name} (line {test.lineno})" for test in tests if not (ast.get_docstring(test) or "").strip()]
    assert silent == []


# One letter of each word stands in brackets, so that this file does not hold what it looks for.
LEFTOVERS = {
    "an unfinished piece": r"\b(TOD[O]|FIXM[E]|XX[X])\b|\bfor no[w]\b|\bnot implemente[d]\b|NotImplementedErro[r]",
    "a stand-in": r"\bplaceholde[r]\b|\bdumm[y]\b|\bsimplifie[d]\b(?! chinese)|\blorem ipsu[m]\b",
    "a path of one machine": r"(?<![\w.])/(home|Users|root|work|mnt)/\w",
    "a package mirror": r"/simpl[e]/?['\"\s]|--(extra-)?index-ur[l]|--find-link[s]",
}


def texts() -> Iterator[Path]:
    """Every text that is written by hand here; licences and vectors are others' words."""
    kept = {".py", ".sql", ".toml", ".md", ".html", ".css", ".js", ".yaml", ".json", ".sh", ".lock", ""}
    for folder, folders, files in os.walk(ROOT):
        top = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if name != "__pycache__"
            and (not name.startswith(".") or name == ".ci")
            and not (top / name / ".told").exists()
        )
        if top == ROOT / "tests" / "vectors" or ROOT / "tests" / "vectors" in top.parents:
            continue
        yield from (
            top / name for name in sorted(files) if Path(name).suffix in kept and name not in {"LICENSE", ".git"}
        )


@pytest.mark.parametrize("fault", LEFTOVERS)
def test_no_file_holds_leftovers(fault: str) -> None:
    """What is in the repository is finished, and says nothing about the machine it was written on."""
    pattern = re.compile(LEFTOVERS[fault], re.IGNORECASE if fault != "an unfinished piece" else re.NOFLAG)
    hits = [
        f"{place(path)}:{number}: {line.strip()[:100]}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert hits == []


def test_exceptions_to_lint_rules_have_reasons() -> None:
    """Every lint rule is on, and each exception has its reason beside it (style §11)."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert PROJECT["tool"]["ruff"]["lint"]["select"] == ["ALL"]
    tables = re.search(
        r"^\[tool\.ruff\.lint\]$.*?^(?=\[tool\.ruff\.lint\.pydocstyle\])", text, re.MULTILINE | re.DOTALL
    )
    assert tables is not None
    bare = [line for line in tables.group().splitlines() if re.search(r'"[A-Z]+[0-9]+"', line) and "#" not in line]
    assert bare == []


# --- what is light ----------------------------------------------------------------------------------------------------

HEAVY = {"duckdb", "jinja2", "vl_convert", "sqlmodel", "sqlalchemy", "fastapi", "httpx"}
PURE = ("errors", "model", "signing", "tlog", "assessment", "audit")


def loaded_by(*names: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after it has imported the named ones."""
    program = (
        "import sys\nfor name in sys.argv[1:]: __import__(name)\nprint(*{name.split('.')[0] for name in sys.modules})"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, *names], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())


def test_pure_rooms_load_nothing_heavy() -> None:
    """Importing all that is pure loads no store, no terminal and no template engine (style §2)."""
    names = [dotted(path) for path in MODULES if path.relative_to(ROOT / "ledger").parts[0].removesuffix(".py") in PURE]
    assert loaded_by(*names) & (HEAVY | {"typer", "rich"}) == set()


def test_command_line_starts_without_heavy_parts() -> None:
    """The command line imports stores, engines and charts only inside the command that needs them (performance)."""
    assert loaded_by("ledger.cli.main") & HEAVY == set()


# --- the scripts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCRIPTS, ids=place)
def test_script_can_be_run(path: Path) -> None:
    """A script says at its top what runs it, and may be run; what is only sourced may not."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert bool(path.stat().st_mode & stat.S_IXUSR) == first.startswith("#!")
    if not first.startswith("#!") or first == "#!/bin/sh":
        assert subprocess.run(["sh", "-n", path], check=False).returncode == 0


@pytest.mark.parametrize(
    ("room", "taken", "said"),
    [
        ("errors", "ledger.model", "ledger.errors is not allowed to import ledger.model"),
        ("signing", "ledger.model", "ledger.signing is not allowed to import ledger.model"),
        ("tlog", "ledger.assessment", "ledger.tlog is not allowed to import ledger.assessment"),
        ("audit", "ledger.service", "ledger.audit is not allowed to import ledger.service"),
        ("store", "ledger.service", "ledger.store is not allowed to import ledger.service"),
        ("model", "typer", "ledger.model is not allowed to import typer"),
        ("audit", "sqlmodel", "ledger.audit is not allowed to import sqlmodel"),
    ],
)
def test_import_contract_sees_an_import_that_goes_up(room: str, taken: str, said: str, tmp_path: Path) -> None:
    """The contract of style §2 fails when a room imports what it may not, so that it is known to be awake."""
    command = Path(sys.executable).with_name("lint-imports")
    if not command.is_file():
        pytest.skip("import-linter is not installed: run scripts/check first")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name in ("errors", "model", "signing", "tlog", "assessment", "audit", "service", "store", "runtime"):
        source = tmp_path / "ledger" / name / "__init__.py"
        source.parent.mkdir(parents=True)
        source.write_text(f"import {taken}\n" if name == room else "")
    (tmp_path / "ledger" / "__init__.py").write_text("")
    answer = subprocess.run([command, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 1, answer.stderr
    assert said in answer.stdout
