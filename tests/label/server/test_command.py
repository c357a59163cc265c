"""`inkcluster label`: it says where the page is, and Ctrl-C ends it."""

import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from inkcluster.cli.labelling import label_and_say
from inkcluster.errors import BadInputError
from inkcluster.label.kept import FOLDER


def test_it_serves_until_it_is_interrupted(run_of_digits):
    command = [sys.executable, "-m", "inkcluster", "label", str(run_of_digits.path), "--no-open"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, bufsize=1) as process:
        try:
            line = process.stdout.readline()
            url = re.search(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", line)[0]
            process.stdout.readline()
            with urllib.request.urlopen(url, timeout=60) as answer:
                assert b"main.js" in answer.read()
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert said == "Interrupted.\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"host": "0.0.0.0"}, "not on 0.0.0.0: it is for this machine alone."),
        ({"who": ""}, "Who acts is a text of 1 to 100 characters."),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_read(options, said):
    how = {"by": None, "check": False, "who": None, "host": "127.0.0.1", "port": 0} | options
    with pytest.raises(BadInputError, match=re.escape(said)):
        label_and_say("data", None, open_it=False, **how)


def test_options_that_would_not_be_read_are_refused(run_of_digits):
    command = [sys.executable, "-m", "inkcluster", "label", str(run_of_digits.path)]
    ended = subprocess.run(
        [*command, "--shape", "8x8"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.endswith("give --data DATA too, or leave out --shape.\n")
    assert not (run_of_digits.path / FOLDER).exists()
