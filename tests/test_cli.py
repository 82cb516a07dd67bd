"""The command line as a person uses it: output, messages, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from softsym.cli import main

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ("list", "show", "derive", "check", "code", "eval", "workbook", "page", "audit", "build")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command line in this process; gives the exit code, stdout and stderr."""

    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["softsym", *args])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


HELP = [sys.executable, "-c", "import sys; sys.argv[0] = 'softsym'; from softsym.cli import main; main()", "--help"]


def test_help_begins_with_examples_and_is_fast():
    times = []
    for _ in range(5):
        started = time.perf_counter()
        found = subprocess.run(HELP, capture_output=True, text=True, check=True, cwd=ROOT)
        times.append(time.perf_counter() - started)
    assert min(times) < 1  # 0.1 s on an idle machine: benchmarks/startup.py
    assert found.stdout.splitlines()[2].strip() == "Examples:"
    for command in COMMANDS:
        assert f"\n  {command} " in found.stdout


def test_every_command_has_examples(run):
    for command in COMMANDS:
        code, out, _ = run(command, "--help")
        assert code == 0
        assert "Example" in out


# arguments, a part of the message; each gives exit code 2, one message on stderr and nothing on stdout
FAULTS = (
    (["evl"], "did you mean 'eval'?"),
    (["eval"], "Missing argument 'TEXT'"),
    (["eval", "lze(z)", "--z", "1"], "did you mean 'lse'?"),
    (["eval", "lse(z)"], "z needs a value"),
    (["eval", "lse(z)", "--z"], "--z needs a value"),
    (["eval", "lse(z)", "--z", "1,nan"], "entry 2 of z must be a finite number"),
    (["eval", "lse(z)", "--z", "1,x"], "entry 2 of z must be a finite number"),
    (["eval", "lse(z)", "--z", "1", "--z", "2"], "--z is given 2 times"),
    (["eval", "lse(z)", "--zz", "1"], "did you mean 'z'?"),
    (["eval", "dot(z, w)", "--z", "1,2", "--w", "1"], "the lengths must be equal"),
    (["eval", "lse(z, beta)", "--z", "1,2", "--beta", "0"], "division by zero"),
    (["eval", "lse(z) == 1", "--z", "1"], "softsym check decides statements"),
    (["eval", "lse(z)", "--z", "1", "--digits", "0"], "Invalid value for '--digits'"),
    (["eval", "lse(z)", "--z", "1", "--jsn"], "--jsn needs a value"),
    (["code", "lse(z)", "--target", "excl"], "Invalid value for '--target'"),
    (["code", "lse(z)", "--target", "excel"], "say where z stand"),
    (["code", "lse(z)", "--target", "excel", "--cells", "z"], "cannot read --cells"),
    (["code", "lse(z)", "--target", "latex", "--cells", "z=A1"], "--cells goes with --target excel"),
    (["code", "lse(z)", "--target", "latex", "--dialect", "excel365"], "--dialect goes with --target excel"),
    (["check"], "give a statement"),
    (["check", "lse(z)"], "a statement needs a relation"),
    (["check", "lse(z) == lze(z)"], "did you mean 'lse'?"),
    (["check", "--file", "/nonexistent.txt"], "/nonexistent.txt"),
    (["show", "sofmax"], "did you mean 'softmax'?"),
    (["list", "bound"], "did you mean 'bounds'?"),
    (["build", "beta_table"], "did you mean 'beta_tables'?"),
    (["derive", "lse(z)", "--wrt", "zz"], "zz"),
    (["derive", "lse(z)", "--wrt", "z", "--order", "0"], "--order"),
)


@pytest.mark.parametrize(("args", "message"), FAULTS, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_bad_input_gets_one_message(run, args, message):
    code, out, err = run(*args)
    assert code == 2
    assert out == ""
    assert err.startswith("Error: ")
    assert message in err
    assert "Traceback" not in err


def test_values_come_with_certain_digits(run):
    code, out, _ = run("eval", "softmax(z, beta)", "--z", "0.95,0.99,0.98", "--beta", "500", "--digits", "5")
    assert (code, out.split()) == (0, ["2.0474E-9", "0.99331", "0.0066929"])


def test_negative_values_and_equals_signs(run):
    code, out, _ = run("eval", "sum(z) + a", "--z", "-1,-2", "--a=-3")
    assert (code, out) == (0, "-6\n")


def test_values_as_json(run):
    _, out, _ = run("eval", "identity(N)", "--N", "2", "--json")
    assert json.loads(out) == [["1", "0"], ["0", "1"]]


def test_statements_in_a_file(run, tmp_path):
    path = tmp_path / "statements.txt"
    path.write_text("# two\none: sum(softmax(z)) == 1  # true\n\ntwo: sum(softmax(z)) == 2\n")
    code, out, _ = run("check", "--file", str(path), "--json", "--jobs", "1")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [(v["name"], v["status"]) for v in found] == [("one", "proved"), ("two", "refuted")]
    expected = ["name", "statement", "status", "scope", "method", "seconds", "counterexample", "detail"]
    assert list(found[0]) == expected


def test_a_file_with_faults_is_refused_whole(run, tmp_path):
    path = tmp_path / "statements.txt"
    path.write_text("one: sum(p) == 1\none: sum(q) == 1\nsum(lze(z)) == 1\n")
    code, out, err = run("check", "--file", str(path))
    assert (code, out) == (2, "")
    assert "line 2: the name one stands in line 1 too" in err
    assert "line 3: unknown function 'lze'" in err


@pytest.mark.parametrize(
    ("text", "code"),
    [("sum(softmax(z, beta)) == 1", 0), ("lse(z, beta) <= max(z)", 1)],
)
def test_exit_codes_of_verdicts(run, text, code):
    assert run("check", text)[0] == code


def test_checks_explain_themselves(run):
    _, out, _ = run("check", "grad(lse(z, beta), z) == softmax(z, beta)", "--explain")
    assert out.startswith("proved: ")
    assert "  1. " in out


def test_derivations(run):
    code, out, _ = run("derive", "lse(z, beta)", "--wrt", "z", "--format", "result")
    assert (code, out) == (0, "softmax(z, beta)\n")
    for style in ("text", "markdown", "latex"):
        code, out, _ = run("derive", "softmax(z, beta)", "--wrt", "z", "--format", style)
        assert code == 0
        assert len(out.splitlines()) > 3


@pytest.mark.parametrize("target", ["numpy", "torch", "jax", "c", "latex", "mathml", "js", "sympy"])
def test_code_for_each_target(run, target):
    code, out, _ = run("code", "softmax(z, beta)", "--target", target)
    assert code == 0
    assert out.strip()


def test_code_for_excel(run):
    code, out, _ = run("code", "softmax(z, beta)", "--target", "excel", "--cells", "z=B2:B4,beta=B1")
    assert code == 0
    assert [line[0] for line in out.splitlines()] == ["="] * 3


def test_code_for_excel_365(run):
    command = ["code", "softmax(z, beta)", "--target", "excel", "--dialect", "excel365"]
    assert run(*command, "--cells", "z=A2:A6,beta=B1")[1].startswith("=LET(z,A2:A6,beta,B1,")
    assert run(*command)[1].startswith("=LAMBDA(z,beta,LET(")


def test_colour_only_where_wanted(run, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    _, out, _ = run("list", "functions")
    assert "\x1b" not in out
    assert "softmax(z, beta=1)" in out


def test_a_check_that_overruns_is_stopped(run, monkeypatch):
    monkeypatch.setattr("softsym.cli.check.GRACE", 0.1)
    monkeypatch.setattr("softsym.proof.check", lambda *args, **kwargs: time.sleep(30))
    started = time.perf_counter()
    code, out, _ = run("check", "one: sum(p) == 1", "--json", "--timeout", "0.2")
    assert time.perf_counter() - started < 10
    assert code == 3
    assert json.loads(out)["detail"] == "stopped after 0.2 s"


def test_a_fault_in_one_check_leaves_the_others(run, monkeypatch):
    def broken(statement, timeout):
        raise ZeroDivisionError("in the algebra")

    monkeypatch.setattr("softsym.proof.check", broken)
    code, out, _ = run("check", "sum(p) == 1", "sum(q) == 1", "--json", "--jobs", "1")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 3
    assert ["a fault in softsym" in one["detail"] for one in found] == [True, True]


def test_a_text_may_begin_with_a_minus(run):
    assert run("eval", "-t*2", "--t", "-3")[:2] == (0, "6\n")
    code, out, _ = run("derive", "-log(t)", "--wrt", "t")
    assert code == 0
    assert out.splitlines()[-1] == "Result: -1/t"
