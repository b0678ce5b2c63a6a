"""What users keep opens with every later version: a sample of each release."""

import pathlib
import shutil

import pytest

from layerlab.compose.knobfile import read_knobs
from layerlab.compose.labs import read_lab
from layerlab.core.options import fields_from_json, options_from_fields
from layerlab.core.picture import picture_from_json
from layerlab.core.runs import setup_of
from layerlab.core.spec import LabSpec, read_spec
from layerlab.core.values import values_to_json
from layerlab.experiments import EXPERIMENTS
from layerlab.nets.tasks.csv import read_table
from layerlab.runtime.labfile import load_spec
from layerlab.runtime.runs.library import RunLibrary
from layerlab.runtime.runs.query import parse
from tests.helpers.samples import sample_options, sample_spec

RELEASES = sorted(pathlib.Path(__file__).with_name("data").glob("*.*.*"))
KNOBS = sorted(path for release in RELEASES for path in release.glob("knobs/*.json"))


def release_id(path: pathlib.Path) -> str:
    return path.name if path.is_dir() else f"{path.parts[-3]} {path.stem}"


def test_there_is_a_sample_of_the_first_release() -> None:
    assert RELEASES[0].name == "0.1.0"
    assert len(KNOBS) >= 19


@pytest.mark.parametrize("release", RELEASES, ids=release_id)
def test_labs_of_a_release_open(release: pathlib.Path) -> None:
    spec = sample_spec()
    trained = read_lab(release / "trained.layerlab")
    assert trained.spec == spec
    assert trained.state is not None
    assert trained.state.update == spec.train.updates
    assert trained.history is not None
    assert trained.history.to_arrays()["updates"].tolist() == list(range(0, 41, 4))
    untrained = read_lab(release / "untrained.layerlab")
    assert (untrained.spec, untrained.state) == (spec, None)
    assert load_spec(release / "trained.layerlab") == spec


@pytest.mark.parametrize("release", RELEASES, ids=release_id)
def test_specs_of_a_release_open(release: pathlib.Path) -> None:
    assert read_spec(release / "spec.json") == sample_spec() != LabSpec()


@pytest.mark.parametrize("release", RELEASES, ids=release_id)
def test_settings_of_a_release_open(release: pathlib.Path) -> None:
    fields = fields_from_json((release / "settings.json").read_bytes())
    options, sentences = options_from_fields(fields)
    assert not sentences
    for name in fields:  # later versions may have more
        assert getattr(options, name) == getattr(sample_options(), name)


def check_library(folder: pathlib.Path) -> None:
    """Look at the two runs of a sample."""
    library = RunLibrary(folder)
    library.check()
    other, first = library.find()
    assert (first.name, first.note, first.tags) == ("the first", "a note", ("x", "y"))
    assert (first.is_pinned, other.is_pinned) == (True, False)
    assert first.setup == other.setup == setup_of(sample_spec())
    assert [run.id for run in library.find(parse("tanh tag:x loss<10"))] == [first.id]
    detail = library.detail(first.id)
    assert detail.lab_spec() == sample_spec()
    trained = read_lab(detail.network)
    assert trained.state is not None
    assert trained.state.update == 40
    assert detail.losses.train[0] == pytest.approx(first.loss, rel=1)
    assert picture_from_json(library.pictures([first.id])[first.id])


@pytest.mark.parametrize("release", [r for r in RELEASES if (r / "runs").is_dir()])
def test_libraries_of_a_release_open(release: pathlib.Path, tmp_path: pathlib.Path) -> None:
    shutil.copytree(release / "runs", tmp_path / "runs")  # opening may migrate it
    check_library(tmp_path)


@pytest.mark.parametrize("path", KNOBS, ids=release_id)
def test_knobs_of_a_release_open(path: pathlib.Path) -> None:
    page = EXPERIMENTS[path.stem]  # by the key of that release
    read = read_knobs(path, page)
    values = page.values(**read)
    names = {old: knob.path for knob in page.knobs for old in (*knob.former, knob.path)}
    choices = {old: new for knob in page.knobs for old, new in knob.former_choices}
    assert set(read) <= set(names)
    for name, value in read.items():
        kept = choices.get(value, value) if isinstance(value, str) else value
        assert values[names[name]] == (tuple(kept) if isinstance(kept, list) else kept)


def test_former_keys_of_pages_are_read_and_written_as_they_are_now(tmp_path) -> None:
    """Whoever saved knobs, or wrote a command, under the page's first key."""
    page = EXPERIMENTS["born-dead"]
    assert page.key == "dead-at-initialization"
    assert "born-dead" in EXPERIMENTS
    assert all(other.key != "born-dead" for other in EXPERIMENTS)
    values = page.values(**read_knobs(RELEASES[0] / "knobs" / "born-dead.json", page))
    assert values["cure"] == "none"
    (tmp_path / "knobs.json").write_bytes(values_to_json(page.key, values))
    assert b"born-dead" not in (tmp_path / "knobs.json").read_bytes()
    assert read_knobs(tmp_path / "knobs.json", page) == dict(values)


def test_what_is_written_today_opens_too(tmp_path: pathlib.Path) -> None:
    """The script that writes samples, so that it still works when it is needed."""
    from tests.helpers.samples import write_samples

    write_samples(tmp_path)
    assert read_lab(tmp_path / "trained.layerlab").spec == sample_spec()
    names = {"settings.json", "spec.json", "knobs", "runs"}
    assert {path.name for path in tmp_path.iterdir()} >= names
    check_library(tmp_path)


def test_pasted_tables_are_read(tmp_path: pathlib.Path) -> None:
    """Those of each release that has one, and of today."""
    from tests.helpers.samples import write_samples

    write_samples(tmp_path)
    paths = [folder / "pasted.tsv" for folder in (*RELEASES, tmp_path)]
    assert paths[-1].exists()
    for path in filter(pathlib.Path.exists, paths):
        table = read_table(str(path))
        assert (table.rows, table.target.name) == (30, "price")
        assert table.target.values[:2].tolist() == [0.25, 3.25]
