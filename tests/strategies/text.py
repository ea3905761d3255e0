"""Free text and names as users write them, with every corner that an output's own syntax could trip over."""

from __future__ import annotations

from hypothesis import strategies as st

NASTY = (
    *('"', "'", "`id`", "$(id)", "$$(HOME)", "${HOME}", "$", "\\", "\\n", "\n", "\n\n", "\r\n", "\t", " ", "  "),
    *("\u2028", "\u2029", "\x85", "\u00a0", "\u3000", "e\u0301", "\N{SNOWMAN}", "\N{PILE OF POO}"),
    *("#", " #", ": ", "- ", "---", "...", "%", "@", "&a", "*a", "!!python", "<<", "|", ">", "?", "{", "}", "[", "]"),
    *("yes", "null", "~", "0x1F", "1e3", "012", "1:30", "2026-11-22", ".inf", "=", '"""', "'''", "EOF", "*/", "-->"),
    *("{%", "{#", "LABEL a=b", "RUN id", "%s", "{0}", "<script>", "\x07", "\x1b[31m", "\x7f"),
)
TEMPLATES = ("{{", "}}", "{{ $value }}", "{{ printf", "{{/*")


def free_text(longest: int, *, templates: bool = True, shortest: int = 1) -> st.SearchStrategy[str]:
    """Any text that YAML can hold. Without `templates` it has no `{{`, which Prometheus reads."""
    pieces = NASTY + TEMPLATES if templates else NASTY
    ordinary = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co")), min_size=1, max_size=12)
    joined = st.lists(st.sampled_from(pieces) | ordinary, min_size=shortest, max_size=12).map("".join)
    cut = joined.map(lambda text: text[:longest])
    # A URL with a password is refused, and `{` beside `{` would make a template.
    return cut.filter(lambda text: "://" not in text and (templates or "{{" not in text) and len(text) >= shortest)


def labels(longest: int, pattern: str) -> st.SearchStrategy[str]:
    """Names that match a regular expression of one repeated class, the longest among them."""
    return st.from_regex(pattern, fullmatch=True).map(lambda name: name[:longest].rstrip("-._")).filter(bool)


def dns_labels(longest: int = 63) -> st.SearchStrategy[str]:
    return labels(longest, r"[a-z]([-a-z0-9]{0,70}[a-z0-9])?") | st.just("x" * longest)


dns_names = st.lists(dns_labels(20), min_size=1, max_size=4).map(".".join)
versions = labels(50, r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,55}[A-Za-z0-9])?") | st.sampled_from(["1.0.0", "v" * 50, "012"])
label_values = st.sampled_from(["", "a", "yes", "1e3", "0", "x" * 63, "A_b.c-D"]) | labels(
    63, r"[A-Za-z0-9_.-]{1,70}"
).map(lambda text: text.lstrip("-._"))
label_keys = st.sampled_from(["team", "example.com/Cost_Centre", "k" * 63, "on", "a.b.c/d", "1"])
label_maps = st.dictionaries(label_keys, label_values, max_size=3)
