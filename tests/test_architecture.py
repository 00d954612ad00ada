"""What docs/architecture.md promises, held by a machine."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "surveys", "scoring", "reports")
PRODUCT = (*APPS, "ddci")
EDGES = ("web", "api", "management", "admin")
DECIDING = ("services", "selectors", "rules", "frames", "engine", "models")
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "lib"}
# jsonschema: a recipe is data, and its shape is checked where it is read.
ENGINE_MAY_IMPORT = {*sys.stdlib_module_names, "numpy", "pandas", "scipy", "jsonschema"}
# Nobody hands a background job the time at which it begins and ends: its runner is an edge.
RUNNERS = {"job_execute", "_job_end"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.relative_to(ROOT).parts
    ]


def layer(path: Path) -> str:
    """`web` for surveys/web/answering/views.py, `services` for accounts/services.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if len(parts) > 1 and parts[0] in APPS else ""


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines of the body; what explains it (the docstring) is not counted."""
    documented = ast.get_docstring(function) is not None and len(function.body) > 1
    first = function.body[1] if documented else function.body[0]
    return (function.end_lineno or 0) - first.lineno + 1


def where(path: Path, node: ast.AST | None = None) -> str:
    name = str(path.relative_to(ROOT))
    return f"{name}:{getattr(node, 'lineno', '')}" if node else name


def test_imports_keep_to_the_contracts() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_numeric_core_runs_without_django() -> None:
    script = (
        "import importlib, pkgutil, sys\n"
        "for name in ('scoring.engine', 'scoring.recompute'):\n"
        "    for each in pkgutil.walk_packages(importlib.import_module(name).__path__, name + '.'):\n"
        "        importlib.import_module(each.name)\n"
        "top = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(top & {'django', 'rest_framework', 'celery', 'accounts', 'surveys', 'reports', 'ddci'}))\n"
        "print(sorted(n for n in sys.modules if n.startswith('scoring.') and not n.startswith"
        "(('scoring.engine', 'scoring.recompute'))))"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("[]\n[]\n", "")


def test_the_engine_imports_only_the_numeric_libraries() -> None:
    foreign = []
    for path in modules("scoring/engine"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            foreign += [
                f"{where(path, node)} {name}"
                for name in names
                if name.partition(".")[0] not in ENGINE_MAY_IMPORT and not name.startswith("scoring.engine")
            ]
    assert foreign == []


def test_modules_stay_short() -> None:
    lines = {where(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PRODUCT, "tests")}

    assert {name: number for name, number in lines.items() if number > 400} == {}


def test_functions_stay_short() -> None:
    long = {
        f"{where(path, function)} {function.name}": length(function)
        for path in modules(*PRODUCT)
        for function in functions(path)
        if length(function) > 40
    }

    assert long == {}


def test_views_stay_short() -> None:
    long = {
        f"{where(path, function)} {function.name}": length(function)
        for path in modules(*APPS)
        if layer(path) == "web"
        for function in functions(path)
        if function.args.args and function.args.args[0].arg == "request" and length(function) > 20
    }

    assert long == {}


def test_templates_stay_short() -> None:
    folders = [ROOT / "templates", *(ROOT / app / "templates" for app in PRODUCT)]
    lines = {
        where(path): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in folder.rglob("*.*")
        if path.is_file()
    }

    assert lines
    assert {name: number for name, number in lines.items() if number > 150} == {}


def test_every_module_and_folder_says_what_it_is_about() -> None:
    named = {where(path): set(path.relative_to(ROOT).with_suffix("").parts) for path in modules(*PRODUCT, "tests")}

    assert [name for name, parts in named.items() if parts & NAMELESS] == []


def test_edges_read_by_selectors_and_write_by_services() -> None:
    direct = [
        where(path, node)
        for path in modules(*APPS)
        if layer(path) in EDGES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    ]

    assert direct == []


def test_only_the_edges_ask_the_clock_or_draw_lots() -> None:
    asked = re.compile(
        r"timezone\.now\(|datetime\.now\(|date\.today\(|localdate\(\)|time\.time\("
        r"|\brandom\.(random|choice|shuffle|sample|randint)\(|default_rng\(\)|np\.random\.(rand|seed|normal)"
    )
    found = [
        f"{where(path, function)} {function.name}"
        for path in modules(*APPS)
        if layer(path) in DECIDING
        for function in functions(path)
        if function.name not in RUNNERS and asked.search(ast.unparse(function))
    ]

    assert found == []


def test_services_take_their_arguments_by_name() -> None:
    positional = [
        f"{where(path, function)} {function.name}"
        for path in modules(*APPS)
        if layer(path) == "services"
        for function in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(function, Function)
        and not function.name.startswith("_")
        and len([*function.args.posonlyargs, *function.args.args]) > 1
    ]

    assert positional == []


def test_nothing_is_left_open_or_switched_off() -> None:
    # Written in pieces, so that this file does not find itself.
    left = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "raise Not" + "ImplementedError", "pragma: " + "no cover"]))
    skipped = re.compile(r"pytest\.(mark\.)?" + "(skip|xfail)")
    found = [
        f"{where(path)}:{number}"
        for path in modules(*PRODUCT, "tests")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if left.search(line) or skipped.search(line)
    ]

    assert found == []
