"""What the package offers to importers, and what its wheel carries."""

import json
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

import qa
from qa.config import resource

ROOT = Path(__file__).parent.parent
HEAVY = {
    "bm25s",
    "chromadb",
    "gradio",
    "langchain",
    "langchain_core",
    "lingua",
    "numpy",
    "openai",
    "torch",
    "transformers",
}


def modules_after(code):
    """Names of the top-level modules that a fresh interpreter holds after running ``code``."""
    command = [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
    return {name.split(".")[0] for name in json.loads(run.stdout.splitlines()[-1])}


def test_the_public_names_are_these():
    assert set(qa.__all__) == {"QA", "Answer", "Citation", "Passage", "QAError", "Settings", "ask"}
    assert dir(qa) == sorted(qa.__all__)
    assert all(getattr(qa, name).__name__ == name for name in qa.__all__)


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        _ = qa.nothing


def test_importing_the_package_imports_no_library():
    before, after = modules_after(""), modules_after("import qa")
    assert after - before - set(sys.stdlib_module_names) == {"qa"}


@pytest.mark.parametrize("code", ["from qa import Answer, QAError, Settings", "import qa.cli"])
def test_settings_data_types_and_the_command_line_import_nothing_heavy(code):
    assert not HEAVY & modules_after(code)


@pytest.mark.parametrize("code", ["from qa import QA, ask", "import qa.pipeline"])
def test_the_pipeline_imports_no_model_runtime_and_no_store(code):
    assert not {"chromadb", "gradio", "sentence_transformers", "torch", "transformers", "xllamacpp"} & modules_after(
        code
    )


# the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built as ``pip install .`` builds it, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        ".",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
    ]
    subprocess.run([*command, "--quiet"], cwd=ROOT, check=True, timeout=300)  # noqa: S603 - our own package
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def files(archive, folder):
    return {
        name.removeprefix(folder): archive.read(name)
        for name in archive.namelist()
        if name.startswith(folder) and not name.endswith("/")
    }


@pytest.mark.parametrize("name", ["prompts", "seeds"])
def test_the_wheel_carries_prompts_and_seeds_byte_for_byte(wheel, name):
    source = {path.name: path.read_bytes() for path in (ROOT / name).iterdir()}
    assert source
    assert files(wheel, f"qa/_resources/{name}/") == source


def test_the_wheel_carries_every_file_of_the_package(wheel):
    folder = ROOT / "qa"
    source = {
        f"qa/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert source <= set(wheel.namelist())


def test_the_wheel_carries_nothing_else(wheel):
    assert {name.split("/")[0].split("-")[0] for name in wheel.namelist()} == {"qa", "carrera_qa"}


def test_the_wheel_states_its_licence_and_command(wheel):
    (about,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = message_from_bytes(wheel.read(about))
    assert metadata["License-Expression"] == "MIT"
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
    (commands,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert b"qa = qa.cli:main" in wheel.read(commands)


def test_an_installed_package_finds_its_prompts_and_seeds_in_the_wheel(wheel, tmp_path):
    wheel.extractall(tmp_path)
    code = "from qa.config import resource; print(resource('prompts')); print(resource('seeds'))"
    run = subprocess.run(  # noqa: S603 - our own package
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.splitlines() == [str(tmp_path / "qa" / "_resources" / name) for name in ("prompts", "seeds")]
    assert resource("prompts") == ROOT / "prompts"
