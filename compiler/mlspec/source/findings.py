"""What can be wrong with a file before its content means anything: one code for each thing."""

from __future__ import annotations

from mlspec.codes import Ignorable, code

UNREADABLE = code(
    "MLS001",
    "unreadable-file",
    title="a file cannot be read",
    reason="The operating system refused to open the file, so what it says would be missing from the output.",
    remedy="make the file readable for the user who runs mlspec, or move it out of the folder",
)
TOO_LARGE = code(
    "MLS002",
    "file-too-large",
    title="a file is larger than 1 MiB",
    reason="A spec is written and reviewed by people; the bound keeps time and memory bounded for any input.",
    remedy="split the file: every document can have its own",
)
NOT_UTF8 = code(
    "MLS003",
    "not-utf-8",
    title="a file is not UTF-8",
    reason="Guessing another encoding would give other characters on another machine.",
    remedy="save the file as UTF-8",
)
HIDDEN_CHARACTER = code(
    "MLS004",
    "hidden-character",
    title="a character that nobody sees",
    reason="Control characters, line separators other than the line feed, and marks that reverse the direction of "
    "writing show a reviewer something else than what is read.",
    remedy="remove it; where it is meant, write it as an escape in double quotes",
)
TOO_MANY_VALUES = code(
    "MLS005",
    "too-many-values",
    title="a file holds more than 100,000 values",
    reason="The bound keeps time and memory bounded for any input.",
    remedy="split the file: every document can have its own",
)
TOO_DEEP = code(
    "MLS006",
    "nested-too-deep",
    title="lists and mappings are nested more than 64 deep",
    reason="Nothing in the language nests that deep; brackets that are never closed do.",
    remedy="close the brackets, or flatten the value",
)
TOO_MANY_FINDINGS = code(
    "MLS007",
    "too-many-findings",
    title="a file has more than 20 findings",
    reason="So many have one cause more often than twenty; the rest of the file was not read.",
    remedy="mend the first ones and run again",
)
SYNTAX = code(
    "MLS010",
    "syntax",
    title="a text is not YAML",
    reason="The rest of the file cannot be read.",
    remedy="put the value in quotes if it is meant as text",
)
TAB = code(
    "MLS011",
    "tab",
    title="a tab where YAML wants spaces",
    reason="YAML has no tabs in indentation, because nobody agrees on their width.",
    remedy="indent with spaces",
)
DUPLICATE_KEY = code(
    "MLS012",
    "duplicate-key",
    title="a key is written twice in one mapping",
    reason="YAML parsers differ in which of the two they take.",
    remedy="remove one of them",
)
ANCHOR = code(
    "MLS013",
    "anchor",
    title="an anchor or an alias",
    reason="A value belongs to the line that it is written in, so that a finding, a review and a change in one place "
    "are about one value.",
    remedy="write the value out; what several models share belongs in `defaults` of the environment or the workspace",
)
MERGE_KEY = code(
    "MLS014",
    "merge-key",
    title="a merge key",
    reason="`<<` is not part of YAML 1.2, and hides where a value was written.",
    remedy="write the values out; what several models share belongs in `defaults` of the environment or the workspace",
)
TAG = code(
    "MLS015",
    "tag",
    title="a tag",
    reason="The language gives each field its type; a tag can only contradict it.",
    remedy="remove the tag; put the value in quotes if it is meant as text",
)
KEY_NOT_TEXT = code(
    "MLS016",
    "key-not-text",
    title="a key that is not text",
    reason="Every key of the language, and every key of a Kubernetes object, is text.",
    remedy="put the key in quotes",
)
NUMBER_OUT_OF_RANGE = code(
    "MLS017",
    "number-out-of-range",
    title="a number that is infinite, not a number, or longer than 64 bits",
    reason="JSON, and so Kubernetes, has no such numbers.",
    remedy="write a finite number, or put it in quotes if it is meant as text",
)
DIRECTIVE = code(
    "MLS018",
    "directive",
    title="a YAML directive",
    reason="Specs are YAML 1.2 without tags, whatever a directive says.",
    remedy="remove the line",
)
EMPTY = code(
    "MLS020",
    "empty-document",
    title="a document without content",
    reason="An emptied file looks like a model that was removed, and its objects would be removed from the cluster.",
    remedy="write the document, or delete the file",
    ignorable=Ignorable.WARNING,
)
NOT_A_MAPPING = code(
    "MLS021",
    "not-a-mapping",
    title="a document that is not a mapping",
    reason="A document begins with `apiVersion: mlspec.dev/v1`.",
    remedy="write `key: value` lines, with a space after the colon",
)
API_VERSION = code(
    "MLS022",
    "api-version",
    title="an apiVersion that is almost mlspec's",
    reason="A document that is meant for mlspec and silently not read would be missing from the output.",
    remedy="write `apiVersion: mlspec.dev/v1`",
    ignorable=Ignorable.WARNING,
)
KIND = code(
    "MLS023",
    "kind",
    title="a kind that mlspec does not have",
    reason="The kind decides what a document is.",
    remedy="the kinds are Model, Environment and Workspace",
)
IGNORE_WITHOUT_REASON = code(
    "MLS117",
    "ignore-without-reason",
    title="a comment that sets a finding aside, without a code or a reason",
    reason="Whoever reads the line later has to know whether what it says still holds.",
    remedy="write `# mlspec: ignore CODE because` and the reason",
    ignorable=Ignorable.COMMENT,
)
