"""Progress where no terminal is: a line at the start and one at the end, not one for each step."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import typer
from rich.console import Console

from dockyard.cli import screen
from dockyard.cli.screen import Board


@pytest.fixture
def told(capsys):
    with Board() as board:
        board.update("web", "step 1")
        board.update("web", "step 2")
        board.update("api", "step 1")
        board.done("web", "built in 1.0 s")
    return capsys.readouterr()


def test_steps_in_between_are_not_told(told):
    assert told.err.splitlines() == ["  web: step 1", "  api: step 1", "✓ web: built in 1.0 s"]


def test_a_step_is_told_after_so_long_without_a_line(capsys):
    with Board(quiet_seconds=0) as board:
        board.update("web", "step 1")
        board.update("web", "step 2")
    assert capsys.readouterr().err.splitlines() == ["  web: step 1", "  web: step 2"]


def test_the_same_line_is_told_again_after_a_minute_alone(capsys):
    with Board(quiet_seconds=0) as board:
        for text in ("5 of 6", "5 of 6", "6 of 6", "6 of 6"):
            board.update("web", text)
    with Board(quiet_seconds=0, same_seconds=0) as board:
        for _ in range(2):
            board.update("api", "waits")
    told = ["  web: 5 of 6", "  web: 6 of 6", "  api: waits", "  api: waits"]
    assert capsys.readouterr().err.splitlines() == told


def test_an_event_is_a_line_and_is_not_said_again_as_a_step(capsys):
    with Board() as board:
        board.event("web", "new tasks")
        board.update("web", "new tasks")
        board.event("web", "old tasks")
        board.done("web", "deployed")
    assert capsys.readouterr().err.splitlines() == ["  web: new tasks", "  web: old tasks", "✓ web: deployed"]


def test_progress_is_no_result(told):
    assert told.out == ""


def test_on_a_terminal_each_end_names_its_subject_whatever_is_redrawn(monkeypatch, capsys):
    console = Console(stderr=True, force_terminal=True, width=60, markup=False, emoji=False)
    monkeypatch.setattr(screen, "_err", lambda: console)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Board() as board:
        for number in range(20):
            board.update(f"web{number}", "step")
            board.update("api", "step")
            board.done(f"web{number}", "built in 1.0 s")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)
    for number in range(20):
        assert f"✓ web{number}: built in 1.0 s" in plain


def test_the_display_may_be_drawn_while_something_is_told(monkeypatch):
    """Else the one who tells waits for the display and the display for him."""
    console = Console(stderr=True, force_terminal=True, width=60)
    monkeypatch.setattr(screen, "_err", lambda: console)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Board() as board:
        board.update("web", "step")
        with board._lock, ThreadPoolExecutor(1) as display:
            assert display.submit(board._lines).result(timeout=5).row_count == 1


def test_what_comes_after_the_end_begins_no_display_that_nobody_would_end(monkeypatch, capsys):
    console = Console(stderr=True, force_terminal=True, width=60)
    monkeypatch.setattr(screen, "_err", lambda: console)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Board() as board:
        pass
    board.update("web", "step")
    assert "_live" not in vars(board)
    assert capsys.readouterr().err == ""


def test_what_users_write_is_no_markup(capsys):
    screen.fault("secret:shop/db:password:: [red]x[/]", "use :smile:")
    assert capsys.readouterr().err == "error: secret:shop/db:password:: [red]x[/]\ntry:   use :smile:\n"


def test_what_moves_the_cursor_is_left_out(capsys):
    screen.say("a\rb\ac")
    assert capsys.readouterr().err == "abc\n"


def test_a_table_is_never_cut(capsys):
    screen.table([{"service": "web", "the_digest": "d" * 200}, {"service": "hello-python", "the_digest": None}])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["service       the digest", f"web           {'d' * 200}", "hello-python"]


def test_a_column_that_is_empty_is_left_out(capsys):
    screen.table([{"service": "web", "size": None, "note": "", "count": 0}])
    assert capsys.readouterr().out.splitlines() == ["service  count", "web      0"]


@pytest.mark.parametrize("question", [lambda: screen.agree("delete all of it"), lambda: Board().ask("lose data", "supply --yes")])
@pytest.mark.parametrize(
    ("answer", "how"), [(KeyboardInterrupt, KeyboardInterrupt), (EOFError, typer.Abort), ("n", typer.Abort), ("y", None)]
)
def test_an_interrupt_of_a_question_is_no_answer(monkeypatch, question, answer, how):
    def typed(_):
        if isinstance(answer, str):
            return answer
        raise answer

    monkeypatch.setattr(screen, "is_terminal", lambda: True)
    monkeypatch.setattr("builtins.input", typed)
    monkeypatch.setattr(f"{typer.confirm.__module__}.visible_prompt_func", typed)
    try:
        assert question() in (None, how is None)
    except (KeyboardInterrupt, typer.Abort) as error:
        assert type(error) is how  # an interrupt would end the tests
