"""Folders as archives."""

import os
import zipfile

from dockyard.deploy.archive import archive


def test_the_same_files_give_the_same_archive_whenever_they_were_written(tmp_path):
    made = []
    for name, time in (("one", 1_000_000_000), ("two", 1_700_000_000)):
        folder = tmp_path / name
        (folder / "lib").mkdir(parents=True)
        (folder / "lib/run.sh").write_text("exit 0\n")
        (folder / "lib/run.sh").chmod(0o755)
        (folder / "index.js").symlink_to("lib/run.sh")
        os.utime(folder / "lib/run.sh", (time, time))
        made.append(archive(folder, tmp_path / f"{name}.zip"))
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as files:
        assert files.namelist() == ["index.js", "lib/run.sh"]
        assert files.read("index.js") == b"exit 0\n"
        assert files.getinfo("lib/run.sh").external_attr >> 16 & 0o777 == 0o755
