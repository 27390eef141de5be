import pytest

from callcoach.errors import ModelError
from callcoach.models.manifest import PublisherSource, RegistrySource, load_manifest, parse_manifest

ENTRY = """
[[model]]
name = "some-model"
engine = "vosk"
languages = ["zh"]
size_bytes = 10
sha256 = "{sha256}"
licence = "Apache-2.0"
description_zh = "模型"
description_en = "model"

[[model.source]]
kind = "publisher"
url = "{url}"

[model.files]
"{inner}" = {{ size_bytes = 1, sha256 = "{sha256}" }}
"""
GOOD = {"sha256": "0" * 64, "url": "https://example.org/m.zip", "inner": "am/final.mdl"}


def test_a_good_entry_is_read():
    (model,) = parse_manifest(ENTRY.format(**GOOD))
    assert model.source == (PublisherSource(kind="publisher", url="https://example.org/m.zip"),)
    assert model.unpacked_bytes == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inner": "../outside"}, "inside the model's folder"),
        ({"inner": "/etc/passwd"}, "inside the model's folder"),
        ({"inner": "am\\\\..\\\\x"}, "inside the model's folder"),
        ({"sha256": "abc"}, "sha256"),
        ({"url": "file:///etc/passwd"}, "url"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(ModelError, match=message):
        parse_manifest(ENTRY.format(**(GOOD | change)))


def test_a_file_that_is_not_toml_is_refused():
    with pytest.raises(ModelError, match="manifest is wrong"):
        parse_manifest("[[model")


def test_the_shipped_manifest_tries_the_publisher_before_the_registry():
    for model in load_manifest():
        assert [type(source) for source in model.source] == [PublisherSource, RegistrySource]
