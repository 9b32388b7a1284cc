"""Skills are found, checked, and swapped in all at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import jsonschema
import pytest

from app.domain.errors import DuplicateSkillError, InvalidSkillError, UnknownSkillError
from app.domain.skills import Effect
from app.domain.tool_calls import wire_name
from app.skill_runtime.registry import SkillRegistry
from tests.skill_runtime.skills_on_disk import MODULE, write_module, write_skill

BUILT_IN = Path(__file__).parents[2] / "skills"


def names(registry: SkillRegistry) -> list[str]:
    return [skill.tool_definition.name for skill in registry.skills]


def loaded(*folders: Path) -> SkillRegistry:
    registry = SkillRegistry()
    registry.load(folders)
    return registry


# -- the skills that come with Steward -----------------------------------------------------


def test_the_built_in_skills_load_and_are_sorted_by_name() -> None:
    registry = loaded(BUILT_IN)
    assert {"files.edit", "files.list", "files.read", "files.undo"} <= set(names(registry))
    assert names(registry) == sorted(names(registry))
    assert [definition.name for definition in registry.definitions()] == names(registry)


@pytest.mark.parametrize("definition", loaded(BUILT_IN).definitions(), ids=lambda one: one.name)
def test_each_built_in_schema_is_sound_and_closed(definition) -> None:  # type: ignore[no-untyped-def]
    schema = definition.parameters
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert all(one.get("description") for one in schema["properties"].values())
    # Anthropic's API refuses these at the top of a tool's schema.
    assert not {"oneOf", "anyOf", "allOf"} & set(schema)


def test_each_built_in_domain_has_a_manual_without_faults() -> None:
    registry = loaded(BUILT_IN)
    for domain in {skill.domain for skill in registry.skills}:
        manual = registry.manual(domain)
        assert manual is not None
        assert manual.name == domain
        assert manual.warnings == ()


def test_loading_the_built_in_skills_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from app.skill_runtime.registry import SkillRegistry;"
        f"SkillRegistry().load([Path({str(BUILT_IN)!r})]);"
        "print([m for m in ('jsonschema', 'yaml', 'docx', 'openpyxl', 'pptx', 'pypdf',"
        " 'charset_normalizer', 'lxml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=BUILT_IN.parent
    )
    assert done.stdout.strip() == "[]", done.stderr


# -- looking up ----------------------------------------------------------------------------


def test_a_skill_is_found_by_its_dotted_and_by_its_wire_name() -> None:
    registry = loaded(BUILT_IN)
    assert registry.get("files.edit") is registry.get(wire_name("files.edit"))
    assert registry.get("files.edit").effect is Effect.WRITE


@pytest.mark.parametrize("name", ["files.raed", "files_raed", "Files.Read", "read"])
def test_an_unknown_name_suggests_what_is_like_it(name: str) -> None:
    with pytest.raises(UnknownSkillError, match=r"files\.read") as caught:
        loaded(BUILT_IN).get(name)
    assert "files.read" in caught.value.details["near"]  # type: ignore[operator]


def test_a_name_like_no_other_lists_what_there_is(tmp_path: Path) -> None:
    write_skill(tmp_path, "weather", "today")
    with pytest.raises(UnknownSkillError, match=r"There are: weather\.today\."):
        loaded(tmp_path).get("zzz")


def test_an_empty_registry_says_so() -> None:
    with pytest.raises(UnknownSkillError, match="No skills are loaded"):
        SkillRegistry().get("files.read")


# -- folders outside -----------------------------------------------------------------------


def test_a_skill_in_another_folder_stands_beside_the_built_in_ones(tmp_path: Path) -> None:
    write_skill(tmp_path, "weather", "today")
    registry = loaded(BUILT_IN, tmp_path)
    assert registry.get("weather_today").domain == "weather"
    manual = registry.manual("weather")
    assert manual is not None
    assert manual.description == "What weather is for."
    assert "files.read" in names(registry)


def test_a_folder_that_does_not_exist_is_passed_over(tmp_path: Path) -> None:
    assert names(loaded(tmp_path / "none")) == []


def test_a_folder_may_add_to_a_built_in_domain(tmp_path: Path) -> None:
    file = write_skill(tmp_path, "files", "count")
    (file.parent / "SKILL.md").unlink()
    registry = loaded(BUILT_IN, tmp_path)
    assert "files.count" in names(registry)
    manual = registry.manual("files")
    assert manual is not None
    assert manual.path.is_relative_to(BUILT_IN)


def test_a_skill_outside_cannot_stand_in_for_a_module_of_steward(tmp_path: Path) -> None:
    write_skill(tmp_path, "files", "count")
    registry = loaded(tmp_path)
    module = type(registry.get("files.count")).__module__
    assert module.startswith("steward_skills_")
    assert "skills.files.count" not in sys.modules


def test_private_modules_are_helpers_that_skills_can_import(tmp_path: Path) -> None:
    file = write_skill(tmp_path, "weather", "today")
    write_module(file.parent / "_words.py", "WORDS = 'sunny'\n")
    file.write_text("from ._words import WORDS\n" + file.read_text())
    assert names(loaded(tmp_path)) == ["weather.today"]


def test_a_domain_outside_may_have_an_init(tmp_path: Path) -> None:
    file = write_skill(tmp_path, "weather", "today")
    write_module(file.parent / "__init__.py", "WORDS = 'sunny'\n")
    file.write_text("from . import WORDS\n" + file.read_text())
    assert names(loaded(tmp_path)) == ["weather.today"]


def test_hidden_private_and_foreign_folders_are_passed_over(tmp_path: Path) -> None:
    for name in (".git", "_drafts", "node_modules"):
        (tmp_path / name).mkdir()
        write_module(tmp_path / name / "x.py", "raise RuntimeError\n")
    assert names(loaded(tmp_path)) == []


def test_an_agent_skill_without_modules_is_a_manual_only(tmp_path: Path) -> None:
    folder = tmp_path / "pdf-forms"
    folder.mkdir()
    (folder / "SKILL.md").write_text("---\nname: pdf-forms\ndescription: Fill forms.\n---\nDo.\n")
    registry = loaded(tmp_path)
    manual = registry.manual("pdf-forms")
    assert manual is not None
    assert manual.body == "Do."
    assert names(registry) == []


def test_an_agent_skill_that_says_nothing_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "SKILL.md").write_text("no header\n")
    registry = loaded(tmp_path)
    assert registry.manual("odd") is None
    assert "skill manual is passed over" in caplog.text


# -- what is wrong -------------------------------------------------------------------------


def test_two_skills_of_one_name_are_an_error_that_names_both_files(tmp_path: Path) -> None:
    one = write_skill(tmp_path / "a", "weather", "today")
    other = write_skill(tmp_path / "b", "weather", "today")
    with pytest.raises(
        DuplicateSkillError, match=r"Two skills are called weather\.today"
    ) as caught:
        loaded(tmp_path / "a", tmp_path / "b")
    assert str(one) in str(caught.value)
    assert str(other) in str(caught.value)


def test_a_skill_cannot_take_the_name_of_a_built_in_one(tmp_path: Path) -> None:
    write_skill(tmp_path, "files", "read")
    with pytest.raises(DuplicateSkillError):
        loaded(BUILT_IN, tmp_path)


def source(**changes: str) -> str:
    text = MODULE.format(domain="weather", action="today", words="hello")
    for old, new in changes.items():
        text = text.replace(_SPOTS[old], new)
    return text


_SPOTS = {
    "domain": 'domain = "weather"',
    "name": '"weather.today"',
    "description": '"Says hello."',
    "closed": '"additionalProperties": False',
    "properties": '"properties": {}',
    "execute": "async def execute",
    "last": "skill = Skill()",
}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("raise RuntimeError('boom')\n", r"RuntimeError: boom"),
        ("raise SystemExit(3)\n", r"SystemExit: 3"),
        ("def broken(:\n", r"SyntaxError"),
        ("import no_such_module_at_all\n", r"No module named"),
        ("x = 1\n", r"exposes no skill"),
        ("skill = 3\n", r"skill has no tool_definition, domain"),
        (source(last="skill = Skill"), r"must be an object"),
        (source(domain='domain = "other"'), r"domain is 'other' but the folder is 'weather'"),
        (source(name='"Weather.Today"'), r"not of the form domain\.action"),
        (source(name='"rain.today"'), r"does not begin with 'weather'"),
        (source(name='"weather"'), r"not of the form"),
        (source(name=f'"weather.{"x" * 64}"'), r"64 characters at most"),
        (source(description='" "'), r"description"),
        (source(closed='"additionalProperties": True'), r"additionalProperties false"),
        (source(properties='"properties": {"a": {"type": "strin"}}'), r"not a JSON Schema"),
        (source(properties='"property": {}'), r"object with properties"),
        (source(execute="def execute"), r"execute must be an async method"),
        (source(domain='domain = "weather"; effect = "read"'), r"effect must be one of"),
        (source(domain='domain = "weather"; timeout = 0'), r"timeout must be"),
    ],
)  # fmt: skip
def test_a_skill_that_breaks_the_contract_is_named_with_its_fault(
    tmp_path: Path, text: str, says: str
) -> None:
    file = write_skill(tmp_path, "weather", "today")
    file.write_text(text)
    with pytest.raises(InvalidSkillError, match=says) as caught:
        loaded(tmp_path)
    assert str(file) in str(caught.value)


def test_a_folder_of_skills_needs_a_manual(tmp_path: Path) -> None:
    file = write_skill(tmp_path, "weather", "today")
    (file.parent / "SKILL.md").unlink()
    with pytest.raises(InvalidSkillError, match=r"has no SKILL\.md"):
        loaded(tmp_path)


def test_the_manual_of_a_folder_of_skills_must_say_something(tmp_path: Path) -> None:
    file = write_skill(tmp_path, "weather", "today")
    (file.parent / "SKILL.md").write_text("---\nname: weather\n---\n")
    with pytest.raises(InvalidSkillError, match="has no description"):
        loaded(tmp_path)


# -- all or nothing ------------------------------------------------------------------------


def test_a_failed_load_keeps_what_was_there_and_leaves_no_module_behind(tmp_path: Path) -> None:
    registry = loaded(BUILT_IN)
    before = registry.skills
    write_skill(tmp_path, "weather", "today")
    write_skill(tmp_path, "wind", "now").write_text("raise ValueError('no')\n")
    modules = set(sys.modules)
    with pytest.raises(InvalidSkillError):
        registry.load([BUILT_IN, tmp_path])
    assert registry.skills == before
    assert registry.definitions() == tuple(skill.tool_definition for skill in before)
    assert {name for name in set(sys.modules) - modules if "steward_skills" in name} == set()


def test_loading_again_sees_new_removed_and_changed_skills(tmp_path: Path) -> None:
    file = write_skill(tmp_path, "weather", "today", "sun")
    registry = loaded(tmp_path)
    write_skill(tmp_path, "weather", "tomorrow")
    write_skill(tmp_path, "weather", "today", "rain and wind")
    registry.load([tmp_path])
    assert names(registry) == ["weather.today", "weather.tomorrow"]
    assert registry.get("weather.today").tool_definition.description == "Says rain and wind."
    file.unlink()
    registry.load([tmp_path])
    assert names(registry) == ["weather.tomorrow"]


def test_a_reader_never_sees_half_of_a_load(tmp_path: Path) -> None:
    """Each load has either both of a pair or neither; a reader in another thread agrees."""
    one, other = tmp_path / "one", tmp_path / "other"
    for root, words in ((one, "first"), (other, "second")):
        for action in ("a", "b"):
            write_skill(root, "pair", action, words)
    registry = loaded(one)
    seen: set[tuple[str, ...]] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(tuple(definition.description for definition in registry.definitions()))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(20):
            registry.load([other])
            registry.load([one])
    finally:
        stop.set()
        reader.join()
    assert seen <= {("Says first.", "Says first."), ("Says second.", "Says second.")}
