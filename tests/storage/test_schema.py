"""The schema, as the files of its migrations tell it."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from storage import migrations
from storage.schema import _KNOWN


def test_the_files_names_tell_the_revisions_as_alembic_finds_them() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    found = [each.revision for each in scripts.walk_revisions()]
    assert list(reversed(found)) == list(_KNOWN)
    assert scripts.get_heads() == [_KNOWN[-1]]
