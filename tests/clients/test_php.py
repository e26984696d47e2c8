"""The PHP sample of the server API's own documentation, run by Debian's php-cli against a running community."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.serving import DVOR, Serving

SAMPLE = Path(__file__).parent / "php" / "get_user.php"


@pytest.fixture(scope="session")
def php() -> str:
    """The interpreter, which `make setup` installs for root; a missing one fails the test."""
    found = shutil.which("php")
    assert found, "there is no php: install Debian's php-cli and php-curl"
    modules = subprocess.run([found, "-m"], check=True, capture_output=True, text=True).stdout.split()
    assert "curl" in modules, "this php has no curl: install Debian's php-curl"
    return found


@pytest.fixture
def credential(demo: Serving) -> dict[str, str]:
    """What a PHP program needs to know of the demo's credential."""
    facts = demo.facts["credential"]
    return {
        "API_URL": f"{demo.url}/api.php",
        "API_KEY_ID": facts["key_id"],
        "API_SHARED_SECRET": facts["secret"],
    }


def run(php: str, program: Path, facts: dict[str, str]) -> str:
    done = subprocess.run(
        [php, str(program)], env=os.environ | facts, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_sample_reads_a_user(php: str, credential: dict[str, str]) -> None:
    told = run(php, SAMPLE, credential)
    assert "[login] => anna@dvor.example" in told
    assert "[name] => Анна" in told
    assert "[error]" not in told


def test_a_site_manages_its_users(php: str, credential: dict[str, str]) -> None:
    assert run(php, SAMPLE.with_name("manage_users.php"), credential) == "all is well\n"


def test_the_sample_is_told_what_is_wrong(php: str, credential: dict[str, str]) -> None:
    assert "[error_long] => Invalid signature" in run(php, SAMPLE, credential | {"API_SHARED_SECRET": "x"})


def test_the_sample_reads_a_user_in_the_simplified_mode(php: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    command = [str(DVOR), "credential", "create", "PHP", "--md5", "--data", str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    key_id, secret = re.findall(r"(\S+)$", told, re.MULTILINE)
    program = tmp_path / "simplified.php"
    program.write_text(SAMPLE.read_text().replace("// $signature = md5", "$signature = md5"))
    assert program.read_text() != SAMPLE.read_text()
    server = Serving(tmp_path, "--port", "0")
    server.start()
    facts = {"API_URL": f"{server.url}/api.php", "API_KEY_ID": key_id, "API_SHARED_SECRET": secret}
    try:
        assert "[login] => anna@dvor.example" in run(php, program, facts)
    finally:
        server.stop()
