"""The guide's page on testing: its tests run as they stand there."""

import asyncio
import os
import re
import sys
from pathlib import Path

from tests.map.house import ROOT

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


async def test_the_page_s_own_tests_pass(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "guide" / "testing.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(page)
    (tmp_path / "test_page.py").write_text("\n\n".join(blocks), encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "test_page.py"]
    run = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await run.communicate())[0].decode()
    assert run.returncode == 0, output
    assert "2 passed" in output
