"""`inkcluster label`: it says where the page is, and Ctrl-C ends it."""

import re
import signal
import subprocess
import sys
import urllib.request


def test_it_serves_until_it_is_interrupted(run_of_digits):
    command = [sys.executable, "-m", "inkcluster", "label", str(run_of_digits.path), "--no-open"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, bufsize=1) as process:
        try:
            line = process.stdout.readline()
            url = re.search(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", line)[0]
            process.stdout.readline()
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert b"main.js" in answer.read()
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert said == "Interrupted.\n"


def test_another_address_is_refused(run_of_digits):
    command = [sys.executable, "-m", "inkcluster", "label", str(run_of_digits.path)]
    ended = subprocess.run(
        [*command, "--host", "0.0.0.0"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.endswith("not on 0.0.0.0: it is for this machine alone.\n")
